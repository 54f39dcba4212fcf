//! What the server answers to what was foreseen.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::{Either, join, join_all, join3, join4, select};
use tasker_domain::ids::TaskId;
use tasker_domain::rows::{StepRow, TaskRow};
use tasker_domain::working::Edition;
use tokio::time::timeout;

use super::super::fault::{Fault, Said};
use super::super::link::{begin, silence};
use super::super::statement;
use super::{Foresight, Place};
use crate::rows::{self, StepTuple, TaskTuple};
use crate::tx::{Found, Key};

/// Steps that can be taken, and their tasks.
pub(in super::super) type Claimable = Vec<(StepTuple, TaskTuple)>;

/// What was foreseen, with the answers.
#[derive(Default)]
pub(in super::super) struct Answers {
    asked: Foresight,
    tasks: HashMap<i64, TaskRow>,
    steps: HashMap<i64, StepRow>,
    editions: Vec<Vec<Edition>>,
    keys: Vec<(Key, TaskId)>,
    task_ids: Vec<i64>,
    claimable: Vec<Claimable>,
    /// The id of the transaction, where it has one.
    pub(in super::super) id: Option<String>,
}

/// Rows that a statement gives.
macro_rules! ask {
    ($connection:expr, $statement:expr) => {{
        let mut connection = $connection;
        let rows: Result<Vec<_>, Fault> =
            $statement.load(&mut connection).await.map_err(Fault::from);
        rows
    }};
}

/// Begins a transaction and asks all of it, in one go: locks first, then what is read under them, then what is taken. The
/// server is given `limit` for its first words; once it has begun, a statement may wait for another turn. Where it fails,
/// the connection is left outside a transaction.
pub(in super::super) async fn begin_with(
    connection: &AsyncPgConnection,
    words: &str,
    limit: Duration,
    foresight: Foresight,
) -> Said<Answers> {
    let mut session = connection;
    // They are sent in the order in which they are looked at here.
    let begun = pin!(async {
        let begun = timeout(limit, begin(&mut session, words)).await;
        begun.unwrap_or_else(|_| Err(Fault::Lost(silence(limit))))
    });
    let answers = pin!(answers(connection, foresight));
    let answers = match select(begun, answers).await {
        Either::Left((begun, answers)) => {
            begun?;
            answers.await
        }
        Either::Right((answers, begun)) => {
            // Where it wasn't begun, that is why the rest came to nothing.
            begun.await?;
            answers
        }
    };
    if let Err(Fault::Refused(_)) = answers {
        let mut session = connection;
        session.batch_execute("ROLLBACK").await?;
    }
    answers
}

async fn answers(connection: &AsyncPgConnection, asked: Foresight) -> Said<Answers> {
    if asked.is_empty() {
        return Ok(Answers::default());
    }
    let tasks = async {
        match asked.tasks.as_slice() {
            [] => Ok(Vec::new()),
            ids => ask!(connection, statement::TasksToChange::new(ids)),
        }
    };
    let steps = async {
        match asked.steps.as_slice() {
            [] => Ok(Vec::new()),
            ids => ask!(connection, statement::StepsByIds::new(ids)),
        }
    };
    let editions = join_all(asked.names.iter().map(|(namespace, name)| async {
        let rows: Vec<(i64, String)> = ask!(connection, statement::Editions::new(namespace, name))?;
        Ok::<_, Fault>(rows::editions(rows))
    }));
    let keys = async {
        match asked.keys.as_slice() {
            [] => Ok(Vec::new()),
            keys => keyed(connection, keys).await,
        }
    };
    let task_ids = async {
        match i32::try_from(asked.task_ids).unwrap_or(i32::MAX) {
            0 => Ok(Vec::new()),
            count => ask!(connection, statement::TaskIds::new(count)),
        }
    };
    let claimable = join_all(
        asked
            .claims
            .iter()
            .map(|(place, limit)| claimable(connection, place, *limit)),
    );
    let id = async {
        let mut connection = connection;
        Ok::<Option<String>, Fault>(if asked.task_ids > 0 {
            let id = statement::TransactionId::new().get_result(&mut connection);
            Some(id.await?)
        } else {
            let id = statement::TransactionIdIfAny::new().get_result(&mut connection);
            id.await?
        })
    };
    let loads = join4(tasks, steps, editions, keys);
    let all = join(loads, join3(task_ids, claimable, id)).await;
    let ((tasks, steps, editions, keys), (task_ids, claimable, id)) = all;
    // The first that failed in their order tells why; the others only say that the transaction is over.
    let tasks: Vec<TaskTuple> = tasks?;
    let steps: Vec<StepTuple> = steps?;
    let tasks: Found<_> = tasks.into_iter().map(rows::task).collect();
    let steps: Found<_> = steps.into_iter().map(rows::step).collect();
    let by_task = |row: TaskRow| (row.id.0, row);
    let by_step = |row: StepRow| (row.id.0, row);
    let (tasks, steps): (Vec<_>, Vec<_>) = (tasks?, steps?);
    let editions = editions.into_iter().collect::<Said<_>>()?;
    let (keys, task_ids): (_, Vec<i64>) = (keys?, task_ids?);
    let claimable = claimable.into_iter().collect::<Said<_>>()?;
    let id = id?;
    Ok(Answers {
        tasks: tasks.into_iter().map(by_task).collect(),
        steps: steps.into_iter().map(by_step).collect(),
        editions,
        keys,
        task_ids,
        claimable,
        id,
        asked,
    })
}

/// The tasks of these keys.
pub(in super::super) async fn keyed(
    connection: &AsyncPgConnection,
    keys: &[Key],
) -> Said<Vec<(Key, TaskId)>> {
    let namespaces: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
    let names: Vec<&str> = keys.iter().map(|key| key.1.as_str()).collect();
    let texts: Vec<&str> = keys.iter().map(|key| key.2.as_str()).collect();
    let rows: Vec<(String, String, String, i64)> = ask!(
        connection,
        statement::KeyedTasks::new(&namespaces, &names, &texts)
    )?;
    Ok(rows
        .into_iter()
        .map(|(namespace, name, key, task)| ((namespace, name, key), TaskId(task)))
        .collect())
}

/// Up to `limit` steps that can be taken there.
pub(in super::super) async fn claimable(
    connection: &AsyncPgConnection,
    place: &Place,
    limit: u32,
) -> Said<Claimable> {
    let limit = i64::from(limit);
    match place {
        Place::Any => ask!(connection, statement::ClaimableOfAny::new(limit)),
        Place::Task(first, last) => ask!(
            connection,
            statement::ClaimableOfTask::new(*first, *last, limit)
        ),
        Place::Queues(queues) => ask!(
            connection,
            statement::ClaimableOfQueues::new(queues, limit, limit)
        ),
    }
}

/// The rows of these ids, where all of them were asked for.
fn of<R: Clone>(asked: &[i64], rows: &HashMap<i64, R>, ids: &[i64]) -> Option<Vec<R>> {
    let all = ids.iter().all(|id| asked.binary_search(id).is_ok());
    all.then(|| ids.iter().filter_map(|id| rows.get(id).cloned()).collect())
}

impl Answers {
    /// These tasks, where they were foreseen.
    pub(in super::super) fn tasks(&self, ids: &[i64]) -> Option<Vec<TaskRow>> {
        of(&self.asked.tasks, &self.tasks, ids)
    }

    /// These steps, where they were foreseen.
    pub(in super::super) fn steps(&self, ids: &[i64]) -> Option<Vec<StepRow>> {
        of(&self.asked.steps, &self.steps, ids)
    }

    /// The editions of this template, where they were foreseen.
    pub(in super::super) fn editions(
        &mut self,
        namespace: &str,
        name: &str,
    ) -> Option<Vec<Edition>> {
        let mut names = self.asked.names.iter();
        let place = names.position(|(its, own)| (its.as_str(), own.as_str()) == (namespace, name));
        place.map(|place| std::mem::take(&mut self.editions[place]))
    }

    /// The tasks of these keys, where they were foreseen.
    pub(in super::super) fn keys(&self, keys: &[Key]) -> Option<Vec<(Key, TaskId)>> {
        let all = keys.iter().all(|key| self.asked.keys.contains(key));
        let found = || {
            let found = self.keys.iter().filter(|(key, _)| keys.contains(key));
            found.cloned().collect()
        };
        (all && !keys.is_empty()).then(found)
    }

    /// So many ids, where they were foreseen.
    pub(in super::super) fn task_ids(&mut self, count: u32) -> Option<Vec<TaskId>> {
        (count == self.asked.task_ids).then(|| {
            let mut ids = std::mem::take(&mut self.task_ids);
            ids.sort_unstable();
            ids.into_iter().map(TaskId).collect()
        })
    }

    /// Steps that can be taken there, where that many were looked for, or there are no more.
    pub(in super::super) fn claimable(&mut self, place: &Place, limit: u32) -> Option<Claimable> {
        let mut claims = self.asked.claims.iter().zip(&self.claimable);
        let at = claims.position(|((its, wanted), rows)| {
            its == place && (*wanted >= limit || rows.len() < *wanted as usize)
        })?;
        self.asked.claims.remove(at);
        Some(self.claimable.remove(at))
    }
}
