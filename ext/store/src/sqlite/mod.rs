//! SQLite: one connection that writes, in `BEGIN IMMEDIATE` transactions; readers on connections of their own.

mod array;
mod changed;
mod connect;
mod log_room;
mod migrate;
mod place;
#[cfg(test)]
mod plans;
mod reads;
mod sight;
mod statement;
mod sweep;
mod transaction;
mod writes;

use std::path::Path;

use diesel::prelude::{Connection, RunQueryDsl};
use diesel::sqlite::SqliteConnection;
use futures_util::FutureExt;
use tasker_domain::ids::{Millis, WorkerId};

use crate::answer::answer;
use crate::options::Options;
use crate::tx::TemplateCache;
use crate::view::Question;
use crate::{Reader, Store, StoreError, TurnInput, TurnOutput, turn};
use log_room::LogRoom;
use place::Place;
use sight::SqliteSight;
use transaction::SqliteTx;

/// The connection that writes.
pub struct SqliteStore {
    connection: SqliteConnection,
    place: Place,
    log_room: LogRoom,
    templates: TemplateCache,
    environment: String,
}

/// A connection that reads.
pub struct SqliteReader {
    connection: SqliteConnection,
    templates: TemplateCache,
    environment: String,
}

impl SqliteStore {
    /// Opens the database, making and migrating it where needed.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be opened, is something else, or can't be written.
    pub fn open(file: Option<&Path>, options: &Options) -> Result<SqliteStore, StoreError> {
        let mut connection = connect::writer(file, options)?;
        migrate::migrate(&mut connection, file)?;
        Ok(SqliteStore {
            connection,
            place: Place::of(file),
            log_room: LogRoom::of(file),
            templates: TemplateCache::new(),
            environment: options.environment.clone(),
        })
    }
}

impl SqliteReader {
    /// Opens a second connection to a database that a [`SqliteStore`] has opened before.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be opened.
    pub fn open(file: Option<&Path>, options: &Options) -> Result<SqliteReader, StoreError> {
        let connection = connect::reader(file, options)?;
        Ok(SqliteReader {
            connection,
            templates: TemplateCache::new(),
            environment: options.environment.clone(),
        })
    }
}

impl Store for SqliteStore {
    fn enroll(&mut self, name: &str, now: Millis, lease_ms: i64) -> Result<WorkerId, StoreError> {
        self.connection.immediate_transaction(|connection| {
            writes::enroll(connection, name, now, now.saturating_add(lease_ms))
        })
    }

    fn turn(&mut self, input: TurnInput<'_>) -> Result<TurnOutput, StoreError> {
        let (templates, place) = (&mut self.templates, &self.place);
        let log_room = &mut self.log_room;
        let output = self.connection.immediate_transaction(|connection| {
            // Caught inside the transaction: a panic that crossed diesel's frame would leave it open.
            let output = caught(|| turn::run(&mut SqliteTx { connection }, templates, &input))?;
            log_room.make();
            // As late as can be: what is committed is acknowledged.
            place.check().map(|()| output)
        });
        if output.is_err() {
            // It may hold a template whose id was undone and will be given to another.
            templates.clear();
        }
        output
    }

    fn beside(&self) -> Option<Result<Box<dyn Store>, StoreError>> {
        None
    }

    fn retire(&mut self, worker: WorkerId, _now: Millis) -> Result<(), StoreError> {
        statement::LeaveWorker::new(worker.0).execute(&mut self.connection)?;
        Ok(())
    }

    fn colleagues(&mut self, me: WorkerId) -> Result<Vec<(WorkerId, String)>, StoreError> {
        let rows: Vec<(i64, String)> =
            statement::Colleagues::new(me.0).load(&mut self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (WorkerId(id), name))
            .collect())
    }

    fn time(&mut self, here: Millis) -> Result<Millis, StoreError> {
        Ok(here)
    }

    fn reader(&mut self) -> &mut dyn Reader {
        self
    }
}

impl Reader for SqliteStore {
    fn answer(&mut self, question: &Question) -> Result<String, StoreError> {
        look(
            &mut self.connection,
            &mut self.templates,
            &self.environment,
            question,
        )
    }
}

/// Brings a file's tables to the newest version: the versions before and after.
///
/// # Errors
/// [`StoreError`] when it can't be opened, is something else, or can't be written.
pub fn migrate(file: Option<&Path>, options: &Options) -> Result<(i32, i32), StoreError> {
    let mut connection = connect::writer(file, options)?;
    migrate::migrate(&mut connection, file)
}

/// Answers within one transaction: an answer never mixes two states of a task.
fn look(
    connection: &mut SqliteConnection,
    templates: &mut TemplateCache,
    environment: &str,
    question: &Question,
) -> Result<String, StoreError> {
    connection.transaction(|connection| {
        caught(|| {
            let sight = &mut SqliteSight { connection };
            // SQLite answers at once: the future is ready when it is made.
            answer(sight, templates, environment, question)
                .now_or_never()
                .unwrap_or_else(|| Err(StoreError::Database("an answer had to wait".to_owned())))
        })
    })
}

/// Runs `work`; a panic in it comes back as an error.
fn caught<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|payload| Err(StoreError::panicked(payload.as_ref())))
}

impl Reader for SqliteReader {
    fn answer(&mut self, question: &Question) -> Result<String, StoreError> {
        look(
            &mut self.connection,
            &mut self.templates,
            &self.environment,
            question,
        )
    }
}
