//! Making and migrating the tables. `PRAGMA user_version` counts the migrations that have run.

use diesel::connection::SimpleConnection;
use diesel::prelude::RunQueryDsl;
use diesel::sqlite::SqliteConnection;

use super::connect::open_error;
use super::statement;
use crate::StoreError;
use crate::options::Target;

/// The migrations in their order. They only add, and are never edited once they have landed.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/sqlite/0001_tables.sql")];

/// Says whose database this is: "Task" in ASCII.
const APPLICATION_ID: i32 = 0x5461_736B;

/// Brings the tables to the newest version. Two processes may do this at once: one waits for the other.
pub(super) fn migrate(
    connection: &mut SqliteConnection,
    target: &Target,
) -> Result<(), StoreError> {
    if number(connection, target)? == MIGRATIONS.len() as i32 {
        return Ok(());
    }
    connection.immediate_transaction(|connection| {
        let done = number(connection, target)?;
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        if done > MIGRATIONS.len() {
            return Err(open_error(
                target,
                "it was made by a newer version of tasker_core; upgrade the gem",
            ));
        }
        if done == 0 && statement::CountTables::new().get_result::<i64>(connection)? > 0 {
            return Err(open_error(
                target,
                "it is the SQLite database of another application; give another path",
            ));
        }
        for sql in &MIGRATIONS[done..] {
            connection.batch_execute(sql)?;
        }
        connection.batch_execute(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {};",
            MIGRATIONS.len()
        ))?;
        Ok(())
    })
}

fn number(connection: &mut SqliteConnection, target: &Target) -> Result<i32, StoreError> {
    let version: i32 = statement::UserVersion::new().get_result(connection)?;
    if version != 0 {
        let id: i32 = statement::ApplicationId::new().get_result(connection)?;
        if id != APPLICATION_ID {
            return Err(open_error(
                target,
                "it is the SQLite database of another application; give another path",
            ));
        }
    }
    Ok(version)
}
