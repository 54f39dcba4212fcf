//! The rows of everything about a task.

use std::collections::{BTreeSet, HashMap};

use tasker_domain::ids::{TaskId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TransitionRow};

use super::Asked;
use crate::rows::label;
use crate::sight::Sight;
use crate::tx::Found;
use crate::view::ContextRows;

impl<S: Sight> Asked<'_, S> {
    pub(super) async fn context(&mut self, id: TaskId) -> Found<String> {
        let task = self.task(id).await?;
        let template = self.template(task.template).await?;
        let steps = self.sight.steps_of(id).await?;
        let results = self.sight.results_of(id).await?;
        let attempts = self.sight.attempts_of(id, &steps).await?;
        let transitions = self.sight.transitions_of(id).await?;
        let workers = self.workers(&steps, &attempts, &transitions).await?;
        let details = self.sight.details(id).await?;
        let rows = ContextRows {
            task,
            details,
            template: &template,
            steps,
            results: results.into_iter().collect(),
            attempts,
            transitions,
            workers,
        };
        Ok(rows.render())
    }

    async fn workers(
        &mut self,
        steps: &[StepRow],
        attempts: &[AttemptRow],
        transitions: &[TransitionRow],
    ) -> Found<HashMap<WorkerId, String>> {
        let mut ids: BTreeSet<WorkerId> = steps.iter().filter_map(|step| step.worker).collect();
        ids.extend(attempts.iter().filter_map(|attempt| attempt.worker));
        ids.extend(transitions.iter().map(|transition| transition.worker));
        let ids: Vec<_> = ids.into_iter().collect();
        let names = self.sight.worker_names(&ids).await?;
        Ok(names
            .into_iter()
            .map(|(id, name)| (id, label(&name).to_owned()))
            .collect())
    }
}
