//! `environments`: what each environment changes of the steps. All are checked, one is applied.

use std::collections::HashSet;

use super::draft::StepDraft;
use super::section::Section;

/// The name that stands for every step.
pub(super) const EVERY_STEP: &str = "ALL";

/// Reads all overlays, applies those of `environment`. `list` is the key of the steps within an environment, `read`
/// reads one of them.
pub(super) fn apply<'a>(
    head: &Section<'a>,
    environment: &str,
    list: &str,
    steps: &mut [StepDraft],
    read: impl Fn(&Section<'a>) -> StepDraft,
) {
    let Some(environments) = head.section("environments") else {
        return;
    };
    for (name, _) in environments.entries() {
        let Some(section) = environments.section(name) else {
            continue;
        };
        section.allow(&[list]);
        let overlays: Vec<StepDraft> = section.sections(list).iter().map(&read).collect();
        check(&section, &overlays, steps);
        if name == environment {
            lay_over(steps, &overlays);
        }
    }
}

fn check(section: &Section<'_>, overlays: &[StepDraft], steps: &[StepDraft]) {
    let known: HashSet<&str> = steps
        .iter()
        .filter_map(|step| step.name.as_deref())
        .collect();
    let mut seen = HashSet::new();
    for overlay in overlays {
        let path = format!("{}.name", overlay.path);
        let Some(name) = overlay.name.as_deref() else {
            continue;
        };
        if !(name == EVERY_STEP || known.contains(name)) {
            let names = steps.iter().filter_map(|step| step.name.as_deref());
            let hint = section.problems().suggestion(name, names);
            section
                .problems()
                .add(&path, format!("unknown step {name:?}{hint}"));
        }
        if !seen.insert(name) {
            section
                .problems()
                .add(&path, format!("{name:?} is used twice"));
        }
    }
}

/// What is said of every step comes first, so that what is said of one wins.
fn lay_over(steps: &mut [StepDraft], overlays: &[StepDraft]) {
    let (every, single): (Vec<_>, Vec<_>) = overlays
        .iter()
        .partition(|overlay| overlay.name.as_deref() == Some(EVERY_STEP));
    let single: std::collections::HashMap<_, _> = single
        .into_iter()
        .map(|overlay| (overlay.name.clone(), overlay))
        .collect();
    for step in steps {
        for overlay in every.iter().copied().chain(single.get(&step.name).copied()) {
            step.lay_over(overlay);
        }
    }
}
