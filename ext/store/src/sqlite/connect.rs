//! Opening a connection, with the settings that every one of ours has.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::{Connection, SimpleConnection};
use diesel::sqlite::SqliteConnection;

use crate::StoreError;
use crate::options::{Options, Target};

const INTO_WAL: &str = "PRAGMA journal_mode = WAL;";

/// How long to wait before the file is tried again that another process switches to WAL.
const WAL_PAUSE: Duration = Duration::from_millis(2);

/// Opens the connection that writes; makes the file where there is none.
pub(super) fn writer(target: &Target, options: &Options) -> Result<SqliteConnection, StoreError> {
    let mut connection = establish(target)?;
    settle(&mut connection, target, options)?;
    // Before anything is changed: the journal's mode is written into the file.
    super::migrate::check_owner(&mut connection, target)?;
    match target {
        Target::SqliteMemory => run(&mut connection, target, "PRAGMA journal_mode = MEMORY;")?,
        Target::SqliteFile(_) => into_wal(&mut connection, target, options)?,
    }
    run(
        &mut connection,
        target,
        &format!("PRAGMA synchronous = {};", options.synchronous.as_str()),
    )?;
    Ok(connection)
}

/// Opens a connection that can't write.
pub(super) fn reader(target: &Target, options: &Options) -> Result<SqliteConnection, StoreError> {
    let mut connection = establish(target)?;
    settle(&mut connection, target, options)?;
    run(&mut connection, target, "PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Switches the file to WAL. Where another process is doing the same, SQLite says at once that the file is locked and
/// doesn't heed its busy timeout: so it is waited out here.
fn into_wal(
    connection: &mut SqliteConnection,
    target: &Target,
    options: &Options,
) -> Result<(), StoreError> {
    let limit = Instant::now() + Duration::from_millis(options.busy_timeout_ms);
    loop {
        match connection.batch_execute(INTO_WAL).map_err(StoreError::from) {
            Err(StoreError::Locked) if Instant::now() < limit => std::thread::sleep(WAL_PAUSE),
            Ok(()) => return Ok(()),
            Err(_) => return run(connection, target, INTO_WAL),
        }
    }
}

fn establish(target: &Target) -> Result<SqliteConnection, StoreError> {
    let url = match target {
        Target::SqliteMemory => ":memory:".to_owned(),
        Target::SqliteFile(path) => {
            let text = path
                .to_str()
                .ok_or_else(|| open_error(target, "its path is not UTF-8"))?;
            check_folder(target, path)?;
            // A name such as `file:x` would be read as a URI.
            if text.starts_with("file:") {
                format!("./{text}")
            } else {
                text.to_owned()
            }
        }
    };
    SqliteConnection::establish(&url).map_err(|error| {
        log::error!("opening {}: {error}", describe(target));
        open_error(
            target,
            "check that its folder exists and that file and folder can be read and written",
        )
    })
}

fn check_folder(target: &Target, path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Err(open_error(
            target,
            "it is a folder; give the path of a file",
        ));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(open_error(
            target,
            &format!(
                "the folder {} does not exist; make it first",
                folder.display()
            ),
        )),
        _ => Ok(()),
    }
}

fn settle(
    connection: &mut SqliteConnection,
    target: &Target,
    options: &Options,
) -> Result<(), StoreError> {
    run(
        connection,
        target,
        &format!("PRAGMA busy_timeout = {};", options.busy_timeout_ms),
    )?;
    run(
        connection,
        target,
        "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
    )
}

fn run(connection: &mut SqliteConnection, target: &Target, sql: &str) -> Result<(), StoreError> {
    connection.batch_execute(sql).map_err(|error| {
        log::error!("opening {}: {error}", describe(target));
        match StoreError::from(error) {
            StoreError::Database(said) if said.contains("unable to open") => {
                open_error(target, "check that file and folder can be read and written")
            }
            other => other,
        }
    })
}

pub(super) fn open_error(target: &Target, why: &str) -> StoreError {
    StoreError::Open {
        path: describe(target),
        why: why.to_owned(),
    }
}

pub(super) fn describe(target: &Target) -> String {
    match target {
        Target::SqliteMemory => "sqlite::memory:".to_owned(),
        Target::SqliteFile(path) => path.display().to_string(),
    }
}
