//! Storing templates.

use std::sync::Arc;

use tasker_domain::command::{Command, Register};
use tasker_domain::outcome::{Done, Outcome};
use tasker_domain::refusal::Refusal;
use tasker_domain::schema::Violation;
use tasker_domain::template::Template;

use super::TurnInput;
use crate::tx::{Found, TemplateCache, Tx};

pub(super) fn register<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    input: &TurnInput<'_>,
    outcomes: &mut [Outcome],
) -> Found<()> {
    for (command, outcome) in input.commands.iter().zip(outcomes) {
        let Command::Register(Register { definition }) = command else {
            continue;
        };
        let parsed = Template::parse(definition, &input.rules.environment);
        match parsed.and_then(|template| check_size(template, input.rules.max_steps)) {
            Err(refusal) => *outcome = Err(refusal),
            Ok(template) => {
                let (id, new) = tx.put_template(&template, definition, input.now)?;
                cache.entry(id).or_insert_with(|| Arc::new(template));
                *outcome = Ok(Done::Registered { template: id, new });
            }
        }
    }
    Ok(())
}

fn check_size(template: Template, most: usize) -> Result<Template, Refusal> {
    let count = template.steps.len();
    if count <= most {
        return Ok(template);
    }
    let message = format!(
        "template {}/{} has {count} steps; max_steps_per_task allows {most}",
        template.namespace, template.name
    );
    let errors = vec![Violation {
        path: "steps".to_owned(),
        message: message.clone(),
    }];
    Err(Refusal::Validation { message, errors })
}
