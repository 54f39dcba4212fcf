//! Finds one cycle to show, once it is known that there is one.

use super::Edges;

/// One cycle in the order in which its steps would run, beginning with its first position; the last is the first again.
///
/// `sorted` is all that could be put in order. Every position that is left has a parent that is left too, so walking
/// from parent to parent has to come back to where it has been.
pub(super) fn find(parents: &Edges, sorted: &[u16]) -> Vec<u16> {
    let mut in_order = vec![false; parents.len()];
    for &position in sorted {
        in_order[usize::from(position)] = true;
    }
    let left_parent = |position: u16| {
        parents
            .of(position)
            .iter()
            .copied()
            .find(|&parent| !in_order[usize::from(parent)])
    };
    let mut walked: Vec<u16> = Vec::new();
    let mut seen_at: Vec<Option<usize>> = vec![None; parents.len()];
    let mut here = (0..=u16::MAX)
        .take(parents.len())
        .find(|&position| !in_order[usize::from(position)]);
    while let Some(position) = here {
        if let Some(start) = seen_at[usize::from(position)] {
            return present(walked.split_off(start));
        }
        seen_at[usize::from(position)] = Some(walked.len());
        walked.push(position);
        here = left_parent(position);
    }
    Vec::new()
}

/// The walk went from child to parent; people read from parent to child, from the step that the template names first.
fn present(mut walked: Vec<u16>) -> Vec<u16> {
    walked.reverse();
    let first = walked
        .iter()
        .enumerate()
        .min_by_key(|&(_, position)| position)
        .map_or(0, |(index, _)| index);
    walked.rotate_left(first);
    walked.extend(walked.first().copied());
    walked
}
