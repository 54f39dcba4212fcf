//! Answers to questions, once for every database.

mod context;

use std::sync::Arc;

use tasker_domain::ids::{StepId, TaskId, TemplateId};
use tasker_domain::nearest::nearest;
use tasker_domain::refusal::Refusal;
use tasker_domain::rows::TaskRow;
use tasker_domain::rules::submit;
use tasker_domain::state::StepState;
use tasker_domain::template::Template;

use crate::StoreError;
use crate::sight::Sight;
use crate::tx::{Found, TemplateCache};
use crate::view::{Filter, Listed, Object, Question, described, listed_templates, listing};

/// Answers a question with JSON text, from what is seen of the database.
pub(crate) async fn answer<S: Sight>(
    sight: &mut S,
    cache: &mut TemplateCache,
    environment: &str,
    question: &Question,
) -> Found<String> {
    Asked {
        sight,
        cache,
        environment,
    }
    .answer(question)
    .await
}

struct Asked<'a, S> {
    sight: &'a mut S,
    cache: &'a mut TemplateCache,
    environment: &'a str,
}

impl<S: Sight> Asked<'_, S> {
    async fn answer(&mut self, question: &Question) -> Found<String> {
        match question {
            Question::Context(task) => self.context(*task).await,
            Question::List(filter) => self.list(filter).await,
            Question::Template(id) => {
                let template = self.template(*id).await?;
                Ok(described(*id, &template))
            }
            Question::TemplateNamed {
                namespace,
                name,
                version,
            } => {
                let id = self
                    .template_named(namespace, name, version.as_deref())
                    .await?;
                let template = self.template(id).await?;
                Ok(described(id, &template))
            }
            Question::Templates => Ok(listed_templates(self.sight.templates().await?)),
            Question::Attempt { step, fence } => self.attempt(*step, *fence).await,
            Question::Result { task, step } => self.result(*task, step).await,
            Question::Database => {
                let id = self.sight.database_id().await?;
                Ok(Object::new().set("database_id", format!("{id:x}")).finish())
            }
            Question::Active => {
                let active = self.sight.count_active().await?;
                Ok(Object::new().set("active_tasks", active).finish())
            }
            Question::Panic => panic_as_asked(),
        }
    }

    async fn template(&mut self, id: TemplateId) -> Found<Arc<Template>> {
        if let Some(template) = self.cache.get(&id) {
            return Ok(Arc::clone(template));
        }
        let Some((_, text)) = self.sight.definitions(&[id]).await?.pop() else {
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

    async fn template_named(
        &mut self,
        namespace: &str,
        name: &str,
        version: Option<&str>,
    ) -> Found<TemplateId> {
        let editions = self.sight.editions(namespace, name).await?;
        if let Some(edition) = submit::edition(&editions, version) {
            return Ok(edition.id);
        }
        let known = self.sight.template_names().await?;
        let wanted = format!("{namespace}/{name}");
        Err(Refusal::TemplateNotFound {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
            nearest: nearest(&wanted, known.iter().map(String::as_str)).map(str::to_owned),
        }
        .into())
    }

    async fn task(&mut self, id: TaskId) -> Found<TaskRow> {
        let found = if id.is_possible() {
            self.sight.tasks(&[id]).await?.pop()
        } else {
            None
        };
        found.ok_or_else(|| Refusal::TaskNotFound(id.0).into())
    }

    async fn list(&mut self, filter: &Filter) -> Found<String> {
        let ids = self.sight.listed(filter).await?;
        let mut tasks = self.sight.tasks(&ids).await?;
        tasks.sort_unstable_by_key(|task| std::cmp::Reverse(task.id));
        let mut rows = Vec::with_capacity(tasks.len());
        for task in tasks {
            let template = self.template(task.template).await?;
            let standing = if task.state.is_live() {
                self.sight.standing(task.id).await?
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

    async fn attempt(&mut self, step: StepId, fence: i64) -> Found<String> {
        let row = self.sight.steps(&[step]).await?.pop();
        let alive = row.is_some_and(|row| row.state == StepState::InProgress && row.fence == fence);
        Ok(Object::new().set("alive", alive).finish())
    }

    async fn result(&mut self, id: TaskId, name: &str) -> Found<String> {
        let task = self.task(id).await?;
        let template = self.template(task.template).await?;
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
        let status = self
            .sight
            .steps(&[step])
            .await?
            .pop()
            .map(|row| row.state.as_str());
        let results = self.sight.results(&[step]).await?;
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
