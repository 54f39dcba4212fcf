//! SQLite: one connection that writes, in `BEGIN IMMEDIATE` transactions; readers on connections of their own.

mod connect;
mod migrate;
mod place;
#[cfg(test)]
mod plans;
mod questions;
mod reads;
mod rows;
mod statement;
mod sweep;
mod transaction;
mod writes;

use diesel::prelude::RunQueryDsl;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, WorkerId};

use crate::options::{Options, Target};
use crate::tx::TemplateCache;
use crate::view::Question;
use crate::{Reader, Store, StoreError, TurnInput, TurnOutput, turn};
use place::Place;
use transaction::SqliteTx;

/// The connection that writes.
pub struct SqliteStore {
    connection: SqliteConnection,
    place: Place,
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
    pub fn open(target: &Target, options: &Options) -> Result<SqliteStore, StoreError> {
        let mut connection = connect::writer(target, options)?;
        migrate::migrate(&mut connection, target)?;
        Ok(SqliteStore {
            connection,
            place: Place::of(target),
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
    pub fn open(target: &Target, options: &Options) -> Result<SqliteReader, StoreError> {
        let connection = connect::reader(target, options)?;
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
        let output = self.connection.immediate_transaction(|connection| {
            // Caught inside the transaction: a panic that crossed diesel's frame would leave it open.
            let output = caught(|| turn::run(&mut SqliteTx { connection }, templates, &input))?;
            // As late as can be: what is committed is acknowledged.
            place.check().map(|()| output)
        });
        if output.is_err() {
            // It may hold a template whose id was undone and will be given to another.
            templates.clear();
        }
        output
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

    fn reader(&mut self) -> &mut dyn Reader {
        self
    }
}

impl Reader for SqliteStore {
    fn answer(&mut self, question: &Question) -> Result<String, StoreError> {
        questions::answer(
            &mut self.connection,
            &mut self.templates,
            &self.environment,
            question,
        )
    }
}

/// Runs `work`; a panic in it comes back as an error.
fn caught<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|payload| Err(StoreError::panicked(payload.as_ref())))
}

impl Reader for SqliteReader {
    fn answer(&mut self, question: &Question) -> Result<String, StoreError> {
        questions::answer(
            &mut self.connection,
            &mut self.templates,
            &self.environment,
            question,
        )
    }
}
