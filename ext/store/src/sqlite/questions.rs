//! Answers of readers.

mod context;

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::nearest::nearest;
use tasker_domain::refusal::Refusal;
use tasker_domain::rows::TaskRow;
use tasker_domain::rules::submit;
use tasker_domain::state::StepState;
use tasker_domain::template::Template;

use super::rows::array;
use super::{caught, reads, statement};
use crate::StoreError;
use crate::tx::{Found, TemplateCache};
use crate::view::{Filter, Listed, Object, Question, described, listed_templates, listing};

pub(super) fn answer(
    connection: &mut SqliteConnection,
    cache: &mut TemplateCache,
    environment: &str,
    question: &Question,
) -> Found<String> {
    // One transaction: an answer never mixes two states of a task.
    connection.transaction(|connection| {
        caught(|| {
            Asked {
                connection,
                cache,
                environment,
            }
            .answer(question)
        })
    })
}

struct Asked<'a> {
    connection: &'a mut SqliteConnection,
    cache: &'a mut TemplateCache,
    environment: &'a str,
}

impl Asked<'_> {
    fn answer(&mut self, question: &Question) -> Found<String> {
        match question {
            Question::Context(task) => self.context(*task),
            Question::List(filter) => self.list(filter),
            Question::Template(id) => {
                let template = self.template(*id)?;
                Ok(described(*id, &template))
            }
            Question::TemplateNamed {
                namespace,
                name,
                version,
            } => {
                let id = self.template_named(namespace, name, version.as_deref())?;
                let template = self.template(id)?;
                Ok(described(id, &template))
            }
            Question::Templates => Ok(listed_templates(
                statement::AllTemplates::new().load(self.connection)?,
            )),
            Question::Attempt { step, fence } => self.attempt(*step, *fence),
            Question::Result { task, step } => self.result(*task, step),
            Question::Database => {
                let id: i64 = statement::DatabaseId::new().get_result(self.connection)?;
                Ok(Object::new().set("database_id", format!("{id:x}")).finish())
            }
            Question::Active => {
                let active: i64 = statement::CountActive::new().get_result(self.connection)?;
                Ok(Object::new().set("active_tasks", active).finish())
            }
            Question::Panic => panic_as_asked(),
        }
    }

    fn template(&mut self, id: TemplateId) -> Found<Arc<Template>> {
        if let Some(template) = self.cache.get(&id) {
            return Ok(Arc::clone(template));
        }
        let Some((_, text)) = reads::definitions(self.connection, &[id])?.pop() else {
            let name = format!("with id {id}");
            return Err(Refusal::TemplateNotFound {
                namespace: String::new(),
                name,
                version: None,
                nearest: None,
            }
            .into());
        };
        let template = Template::parse(&text, self.environment)
            .map_err(|refusal| StoreError::Corrupt(format!("template {id}: {refusal}")))?;
        let template = Arc::new(template);
        self.cache.insert(id, Arc::clone(&template));
        Ok(template)
    }

    fn template_named(
        &mut self,
        namespace: &str,
        name: &str,
        version: Option<&str>,
    ) -> Found<TemplateId> {
        let editions = reads::editions(self.connection, namespace, name)?;
        if let Some(edition) = submit::edition(&editions, version) {
            return Ok(edition.id);
        }
        let known = reads::template_names(self.connection)?;
        let wanted = format!("{namespace}/{name}");
        Err(Refusal::TemplateNotFound {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
            nearest: nearest(&wanted, known.iter().map(String::as_str)).map(str::to_owned),
        }
        .into())
    }

    fn task(&mut self, id: TaskId) -> Found<TaskRow> {
        let found = if id.is_possible() {
            reads::tasks(self.connection, &[id])?.pop()
        } else {
            None
        };
        found.ok_or_else(|| Refusal::TaskNotFound(id.0).into())
    }

    fn list(&mut self, filter: &Filter) -> Found<String> {
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let (namespace, name) = (filter.namespace.as_deref(), filter.name.as_deref());
        let limit = i64::from(filter.limit);
        let ids: Vec<i64> = match filter.status {
            Some(state) => statement::ListByState::new(
                state.as_str(),
                before,
                namespace,
                namespace,
                name,
                name,
                limit,
            )
            .load(self.connection)?,
            None => statement::ListAll::new(before, namespace, namespace, name, name, limit)
                .load(self.connection)?,
        };
        let ids: Vec<TaskId> = ids.into_iter().map(TaskId).collect();
        let mut tasks = reads::tasks(self.connection, &ids)?;
        tasks.sort_unstable_by_key(|task| std::cmp::Reverse(task.id));
        let mut rows = Vec::with_capacity(tasks.len());
        for task in tasks {
            let template = self.template(task.template)?;
            let standing = if task.state.is_live() {
                reads::standing(self.connection, task.id, WorkerId(0), 0)?
            } else {
                Default::default()
            };
            rows.push((task, template, standing));
        }
        let listed: Vec<_> = rows
            .iter()
            .map(|(task, template, standing)| Listed {
                task: task.clone(),
                template,
                standing: *standing,
            })
            .collect();
        Ok(listing(&listed))
    }

    fn attempt(&mut self, step: StepId, fence: i64) -> Found<String> {
        let row = reads::steps(self.connection, &[step])?.pop();
        let alive = row.is_some_and(|row| row.state == StepState::InProgress && row.fence == fence);
        Ok(Object::new().set("alive", alive).finish())
    }

    fn result(&mut self, id: TaskId, name: &str) -> Found<String> {
        let task = self.task(id)?;
        let template = self.template(task.template)?;
        let Some(position) = template.position_of(name) else {
            let known = template
                .steps
                .iter()
                .map(|step| step.name.clone())
                .collect();
            return Err(Refusal::StepNotFound {
                task_id: id.0,
                step: name.to_owned(),
                known,
            }
            .into());
        };
        let step = id.step(position);
        let status = reads::steps(self.connection, &[step])?
            .pop()
            .map(|row| row.state.as_str());
        let ids = array([step.0]);
        let results: Vec<(i64, String)> = statement::Results::new(&ids).load(self.connection)?;
        let result = results.first().map(|(_, text)| text.as_str());
        Ok(Object::new()
            .set("found", result.is_some())
            .set("status", status)
            .raw("result", result)
            .finish())
    }
}

#[expect(
    clippy::panic,
    reason = "the switch by which tests prove that a panic is borne"
)]
fn panic_as_asked() -> ! {
    std::panic::panic_any("a panic was asked for")
}
