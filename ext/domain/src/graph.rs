//! The graph of a template's steps: who waits for whom. Immutable, compact, and free of recursion, so that a chain of
//! 65,536 steps is as safe as a chain of five. It knows positions, not steps or states.

use crate::refusal::Refusal;
use crate::schema::Violation;

mod cycle;

/// As many steps as positions can number.
pub const MAX_STEPS: usize = 65_536;

/// A directed acyclic graph over the positions `0..len`.
///
/// Neighbours lie in two flat arrays, one for each direction; `starts[p]..starts[p + 1]` are those of `p`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    parents: Edges,
    children: Edges,
    topological: Vec<u16>,
    /// Where each position stands in `topological`.
    rank: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Edges {
    starts: Vec<u32>,
    ends: Vec<u16>,
}

impl Graph {
    /// Builds the graph in time linear in steps and dependencies. `parents[p]` are the positions that `p` waits for;
    /// `names` are used for the message alone.
    ///
    /// # Errors
    /// [`Refusal::Cycle`] where steps wait for each other in a circle, [`Refusal::Validation`] where there are too
    /// many steps, too many dependencies, or a parent that is none of them.
    pub fn new(names: &[String], parents: Vec<Vec<u16>>) -> Result<Graph, Refusal> {
        check_shape(names, &parents)?;
        let parents = Edges::from_lists(&parents);
        let children = parents.reversed();
        let topological = sort(&parents, &children);
        if topological.len() < names.len() {
            return Err(Refusal::Cycle {
                template: String::new(),
                steps: cycle::find(&parents, &topological)
                    .into_iter()
                    .map(|position| names[usize::from(position)].clone())
                    .collect(),
            });
        }
        let mut rank = vec![0; topological.len()];
        for (index, &position) in (0_u16..=u16::MAX).zip(&topological) {
            rank[usize::from(position)] = index;
        }
        Ok(Graph {
            parents,
            children,
            topological,
            rank,
        })
    }

    /// The steps that `position` waits for, in the template's order. A position outside the graph has none.
    pub fn parents(&self, position: u16) -> &[u16] {
        self.parents.of(position)
    }

    /// The steps that wait for `position`, in the template's order.
    pub fn children(&self, position: u16) -> &[u16] {
        self.children.of(position)
    }

    /// The steps that wait for nobody, in the template's order.
    pub fn roots(&self) -> impl Iterator<Item = u16> + '_ {
        self.positions()
            .filter(|&position| self.parents(position).is_empty())
    }

    /// Every position in the template's order.
    pub fn positions(&self) -> impl Iterator<Item = u16> + use<> {
        (0..=u16::MAX).take(self.len())
    }

    /// Every position, each after all of its parents.
    pub fn topological(&self) -> &[u16] {
        &self.topological
    }

    /// All that come after `position`, directly or not, in topological order; itself is not among them.
    pub fn descendants(&self, position: u16) -> Vec<u16> {
        self.reach(position, &self.children)
    }

    /// All that come before `position`, directly or not, in topological order; itself is not among them.
    pub fn ancestors(&self, position: u16) -> Vec<u16> {
        self.reach(position, &self.parents)
    }

    /// Whether `ancestor` has to be done before `of` can start. No step is its own ancestor.
    pub fn is_ancestor(&self, ancestor: u16, of: u16) -> bool {
        let (Some(floor), Some(_)) = (self.rank_of(ancestor), self.rank_of(of)) else {
            return false;
        };
        let mut seen = vec![false; self.len()];
        let mut open = vec![of];
        while let Some(position) = open.pop() {
            for &parent in self.parents(position) {
                if parent == ancestor {
                    return true;
                }
                // Whatever ranks before the ancestor can't come after it: the search stops there.
                let below = self.rank_of(parent).is_some_and(|rank| rank > floor);
                if below && !std::mem::replace(&mut seen[usize::from(parent)], true) {
                    open.push(parent);
                }
            }
        }
        false
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.topological.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.topological.is_empty()
    }

    fn rank_of(&self, position: u16) -> Option<u16> {
        self.rank.get(usize::from(position)).copied()
    }

    fn reach(&self, from: u16, edges: &Edges) -> Vec<u16> {
        let mut seen = vec![false; self.len()];
        let mut reached = Vec::new();
        let mut open = vec![from];
        while let Some(position) = open.pop() {
            for &next in edges.of(position) {
                if !std::mem::replace(&mut seen[usize::from(next)], true) {
                    reached.push(next);
                    open.push(next);
                }
            }
        }
        reached.sort_unstable_by_key(|&position| self.rank_of(position));
        reached
    }
}

impl Edges {
    fn from_lists(lists: &[Vec<u16>]) -> Edges {
        let mut starts = Vec::with_capacity(lists.len() + 1);
        let mut total = 0_u32;
        starts.push(total);
        for list in lists {
            total += list.len() as u32;
            starts.push(total);
        }
        Edges {
            starts,
            ends: lists.concat(),
        }
    }

    /// The same edges seen from the other end; a counting sort, so that each list keeps the template's order.
    fn reversed(&self) -> Edges {
        let mut starts = vec![0_u32; self.starts.len()];
        for &end in &self.ends {
            starts[usize::from(end) + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut free = starts.clone();
        let mut ends = vec![0_u16; self.ends.len()];
        for position in (0..=u16::MAX).take(self.len()) {
            for &end in self.of(position) {
                let slot = &mut free[usize::from(end)];
                ends[*slot as usize] = position;
                *slot += 1;
            }
        }
        Edges { starts, ends }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, position: u16) -> &[u16] {
        let index = usize::from(position);
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(&start), Some(&end)) => &self.ends[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Kahn's algorithm; what lies on a cycle or behind one is missing from the answer.
fn sort(parents: &Edges, children: &Edges) -> Vec<u16> {
    let mut waiting_for: Vec<usize> = (0..=u16::MAX)
        .take(parents.len())
        .map(|position| parents.of(position).len())
        .collect();
    let mut sorted: Vec<u16> = (0..=u16::MAX)
        .take(parents.len())
        .filter(|&position| parents.of(position).is_empty())
        .collect();
    let mut next = 0;
    while next < sorted.len() {
        for &child in children.of(sorted[next]) {
            let waiting = &mut waiting_for[usize::from(child)];
            *waiting -= 1;
            if *waiting == 0 {
                sorted.push(child);
            }
        }
        next += 1;
    }
    sorted
}

fn check_shape(names: &[String], parents: &[Vec<u16>]) -> Result<(), Refusal> {
    let problem = |message: String| {
        let violation = Violation {
            path: "steps".to_owned(),
            message,
        };
        Err(Refusal::invalid("the graph", vec![violation]))
    };
    if names.len() > MAX_STEPS {
        return problem(format!(
            "{} steps, at most {MAX_STEPS} are allowed",
            names.len()
        ));
    }
    if names.len() != parents.len() {
        return problem(format!(
            "{} steps with {} lists of parents",
            names.len(),
            parents.len()
        ));
    }
    let edges: usize = parents.iter().map(Vec::len).sum();
    if u32::try_from(edges).is_err() {
        return problem(format!(
            "{edges} dependencies, at most {} are allowed",
            u32::MAX
        ));
    }
    let stray = parents
        .iter()
        .flatten()
        .find(|&&parent| usize::from(parent) >= names.len());
    match stray {
        Some(parent) => problem(format!(
            "position {parent} is a parent, but there are only {} steps",
            names.len()
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
