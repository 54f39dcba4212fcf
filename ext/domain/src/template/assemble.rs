//! What can be checked only once all steps are known: names, dependencies, the graph.

use std::collections::{HashMap, HashSet};

use super::draft::StepDraft;
use super::overlay::EVERY_STEP;
use super::problems::Problems;
use super::read::Document;
use super::{Format, HandlerStyle, Template};
use crate::graph::{Graph, MAX_STEPS};
use crate::refusal::Refusal;

/// Puts the template together, or refuses it with all of its problems.
pub(super) fn template(
    document: Document,
    problems: Problems,
    what: &str,
) -> Result<Template, Refusal> {
    let list = match document.format {
        Format::A => "steps",
        Format::B => "step_templates",
    };
    check_count(document.steps.len(), list, &problems);
    let positions = positions(&document.steps, &problems);
    let parents = parents(&document.steps, &positions, &problems);
    let names: Vec<String> = document
        .steps
        .iter()
        .map(|step| step.name.clone().unwrap_or_default())
        .collect();
    let label = format!("{}/{}", document.identity.namespace, document.identity.name);
    let graph = Graph::new(&names, parents).map_err(|refusal| named(refusal, &label));
    let graph = match graph {
        Ok(graph) if problems.is_empty() => graph,
        Err(refusal) if problems.is_empty() => return Err(refusal),
        Err(Refusal::Cycle { steps, .. }) => {
            problems.add(
                list,
                format!("the steps form a cycle: {}", steps.join(" → ")),
            );
            return Err(problems.into_refusal(what));
        }
        Ok(_) | Err(_) => return Err(problems.into_refusal(what)),
    };
    let style = match document.format {
        Format::A => HandlerStyle::Call,
        Format::B => HandlerStyle::Process,
    };
    Ok(Template {
        namespace: document.identity.namespace,
        name: document.identity.name,
        version: document.identity.version,
        description: document.identity.description,
        steps: document
            .steps
            .into_iter()
            .map(|step| step.finish(style))
            .collect(),
        graph,
        input_schema: document.input_schema,
        max_duration_ms: document.max_duration_ms,
        format: document.format,
        kept: document.kept,
        positions,
    })
}

fn check_count(count: usize, list: &str, problems: &Problems) {
    if count > MAX_STEPS {
        problems.add(
            list,
            format!("has {count} steps, at most {MAX_STEPS} are allowed"),
        );
    }
}

/// Where each name stands; a name that comes again is a problem.
fn positions(steps: &[StepDraft], problems: &Problems) -> HashMap<String, u16> {
    let mut positions = HashMap::with_capacity(steps.len());
    for (position, step) in (0..=u16::MAX).zip(steps) {
        let Some(name) = &step.name else { continue };
        if name == EVERY_STEP {
            problems.add(
                format!("{}.name", step.path),
                format!(
                    "{name:?} means every step in an overlay of `environments`; give another name"
                ),
            );
        }
        if positions.contains_key(name) {
            problems.add(
                format!("{}.name", step.path),
                format!("{name:?} is used twice"),
            );
        } else {
            positions.insert(name.clone(), position);
        }
    }
    positions
}

fn parents(
    steps: &[StepDraft],
    positions: &HashMap<String, u16>,
    problems: &Problems,
) -> Vec<Vec<u16>> {
    let known = || steps.iter().filter_map(|step| step.name.as_deref());
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        let mut parents = Vec::new();
        let mut seen = HashSet::new();
        for dependency in step.dependencies.iter().flatten() {
            let name = dependency.name.as_str();
            match positions.get(name) {
                None => {
                    let hint = problems.suggestion(name, known());
                    problems.add(&dependency.path, format!("unknown step {name:?}{hint}"));
                }
                Some(_) if !seen.insert(name) => {
                    problems.add(
                        &dependency.path,
                        format!("{name:?} is named twice; keep one of them"),
                    );
                }
                Some(position) => parents.push(*position),
            }
        }
        all.push(parents);
    }
    all
}

fn named(refusal: Refusal, label: &str) -> Refusal {
    match refusal {
        Refusal::Cycle { steps, .. } => Refusal::Cycle {
            template: label.to_owned(),
            steps,
        },
        other => other,
    }
}
