//! Making and migrating the tables of a schema.

use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::fault::{Fault, Said};
use super::session::Profile;
use super::statement;
use crate::StoreError;

/// The migrations in their order. They only add, and are never edited once they have landed.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/postgres/0001_tables.sql")];

/// The version that this code works with.
pub(super) const NEWEST: i32 = MIGRATIONS.len() as i32;

/// Which version a schema is at, and what this code may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// No tables yet.
    Empty,
    /// Made by this gem, with so many migrations.
    At(i32),
    /// Tables of somebody else.
    Foreign,
}

/// Looks at a schema without changing it, as of one moment: while another process makes the tables, they must not be
/// missing at the first look and there at the second.
pub(super) async fn version(
    connection: &mut AsyncPgConnection,
    profile: &Profile,
) -> Said<Version> {
    connection.batch_execute(profile.begin_reading()).await?;
    let found = look(connection, &profile.schema).await;
    connection.batch_execute("ROLLBACK").await?;
    found
}

async fn look(connection: &mut AsyncPgConnection, schema: &str) -> Said<Version> {
    let ours: bool = statement::TableExists::new(schema, "migrations")
        .get_result(connection)
        .await?;
    if ours {
        let ours: bool = statement::TableExists::new(schema, "task_details")
            .get_result(connection)
            .await?;
        if !ours {
            return Ok(Version::Foreign);
        }
        let newest: Option<i32> = statement::NewestMigration::new()
            .get_result(connection)
            .await?;
        return Ok(newest.map_or(Version::Foreign, Version::At));
    }
    let tables: i64 = statement::CountTables::new(schema)
        .get_result(connection)
        .await?;
    Ok(if tables == 0 {
        Version::Empty
    } else {
        Version::Foreign
    })
}

/// Brings the tables to the newest version, one process at a time; gives the version that there was.
pub(super) async fn migrate(connection: &mut AsyncPgConnection, profile: &Profile) -> Said<i32> {
    connection.batch_execute(profile.begin()).await?;
    match migrate_locked(connection, &profile.schema).await {
        Ok(from) => {
            connection.batch_execute("COMMIT").await?;
            Ok(from)
        }
        Err(fault) => {
            connection.batch_execute("ROLLBACK").await?;
            Err(fault)
        }
    }
}

async fn migrate_locked(connection: &mut AsyncPgConnection, schema: &str) -> Said<i32> {
    // However long another process migrates: its work is this one's, too.
    connection
        .batch_execute("SET LOCAL lock_timeout = 0")
        .await?;
    let _: String = statement::LockMigrations::new(schema)
        .get_result(connection)
        .await?;
    let from = match look(connection, schema).await? {
        Version::Empty => 0,
        Version::At(version) => version,
        Version::Foreign => return Err(Fault::Refused(foreign(schema))),
    };
    check(from, schema)?;
    let exists: bool = statement::SchemaExists::new(schema)
        .get_result(connection)
        .await?;
    // `IF NOT EXISTS` would ask for the right to make schemas even where there is nothing to make.
    if !exists {
        connection
            .batch_execute(&format!("CREATE SCHEMA \"{schema}\""))
            .await?;
    }
    for (number, sql) in (1..).zip(MIGRATIONS).skip(from as usize) {
        connection.batch_execute(sql).await?;
        statement::PutMigration::new(number)
            .execute(connection)
            .await?;
        log::info!("migration {number} of schema {schema} has run");
    }
    Ok(from)
}

/// Refuses what a newer version has migrated.
pub(super) fn check(version: i32, schema: &str) -> Result<(), StoreError> {
    if version <= NEWEST {
        return Ok(());
    }
    Err(StoreError::Refusing {
        why: format!(
            "the schema {schema} is at version {version}, made by a newer version of tasker_core (this one knows {NEWEST}); \
             upgrade the gem"
        ),
    })
}

/// The schema holds tables that are not ours.
pub(super) fn foreign(schema: &str) -> StoreError {
    StoreError::Refusing {
        why: format!(
            "the schema {schema} holds tables of another application; give another one as `schema`"
        ),
    }
}

/// The tables are not there, or old, and may not be changed now.
pub(super) fn behind(version: i32, schema: &str) -> StoreError {
    let state = match version {
        0 => "has no tables of tasker_core yet".to_owned(),
        _ => format!("is at version {version}"),
    };
    StoreError::Refusing {
        why: format!(
            "the schema {schema} {state}, and this version of tasker_core needs version {NEWEST}; run \
             TaskerCore.migrate! (auto_migrate is off)"
        ),
    }
}
