//! Making and migrating the tables. `PRAGMA user_version` counts the migrations that have run.

use std::path::Path;

use diesel::connection::{Connection, SimpleConnection};
use diesel::expression::functions::define_sql_function;
use diesel::prelude::RunQueryDsl;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use tasker_domain::queue;

use super::connect::open_error;
use super::statement;
use crate::StoreError;

/// The migrations in their order. They only add, and are never edited once they have landed.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_tables.sql"),
    include_str!("../../migrations/sqlite/0002_queue.sql"),
    include_str!("../../migrations/sqlite/0003_told_by_steps.sql"),
];

define_sql_function! {
    /// The queue of a namespace, for migrations.
    fn queue_of(namespace: Text) -> BigInt;
}

/// Says whose database this is: "Task" in ASCII.
const APPLICATION_ID: i32 = 0x5461_736B;

/// Refuses a database that isn't ours, or that a newer version has migrated, without changing it.
pub(super) fn check_owner(
    connection: &mut SqliteConnection,
    file: Option<&Path>,
) -> Result<(), StoreError> {
    done(connection, file).map(drop)
}

/// Brings the tables to the newest version: the versions before and after. Two processes may do this at once: one waits
/// for the other.
pub(super) fn migrate(
    connection: &mut SqliteConnection,
    file: Option<&Path>,
) -> Result<(i32, i32), StoreError> {
    let newest = MIGRATIONS.len() as i32;
    if done(connection, file)? == MIGRATIONS.len() {
        return Ok((newest, newest));
    }
    queue_of_utils::register_impl(connection, |namespace: String| queue::of(&namespace))?;
    connection.immediate_transaction(|connection| {
        let from = done(connection, file)?;
        for sql in &MIGRATIONS[from..] {
            connection.batch_execute(sql)?;
        }
        connection.batch_execute(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {};",
            MIGRATIONS.len()
        ))?;
        Ok((from as i32, newest))
    })
}

/// How many migrations have run.
fn done(connection: &mut SqliteConnection, file: Option<&Path>) -> Result<usize, StoreError> {
    let foreign = || {
        open_error(
            file,
            "it is the SQLite database of another application; give another path",
        )
    };
    // One transaction, so that another process's migration is seen whole or not at all.
    connection.transaction(|connection| {
        let version: i32 = statement::UserVersion::new().get_result(connection)?;
        if version == 0 {
            let tables: i64 = statement::CountTables::new().get_result(connection)?;
            return if tables == 0 { Ok(0) } else { Err(foreign()) };
        }
        let id: i32 = statement::ApplicationId::new().get_result(connection)?;
        if id != APPLICATION_ID {
            return Err(foreign());
        }
        match usize::try_from(version) {
            Ok(done) if done <= MIGRATIONS.len() => Ok(done),
            _ => Err(open_error(
                file,
                "it was made by a newer version of tasker_core; upgrade the gem",
            )),
        }
    })
}
