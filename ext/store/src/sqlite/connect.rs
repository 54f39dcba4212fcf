//! Opening a connection, with the settings that every one of ours has.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::{Connection, SimpleConnection};
use diesel::sqlite::SqliteConnection;

use crate::StoreError;
use crate::options::Options;

const INTO_WAL: &str = "PRAGMA journal_mode = WAL;";

/// How long to wait before the file is tried again that another process switches to WAL.
const WAL_PAUSE: Duration = Duration::from_millis(2);

/// Opens the connection that writes; makes the file where there is none.
pub(super) fn writer(
    file: Option<&Path>,
    options: &Options,
) -> Result<SqliteConnection, StoreError> {
    let mut connection = establish(file)?;
    settle(&mut connection, file, options)?;
    // Before anything is changed: the journal's mode is written into the file.
    super::migrate::check_owner(&mut connection, file)?;
    match file {
        None => run(&mut connection, file, "PRAGMA journal_mode = MEMORY;")?,
        Some(_) => into_wal(&mut connection, file, options)?,
    }
    run(
        &mut connection,
        file,
        &format!("PRAGMA synchronous = {};", options.synchronous.as_str()),
    )?;
    Ok(connection)
}

/// Opens a connection that can't write.
pub(super) fn reader(
    file: Option<&Path>,
    options: &Options,
) -> Result<SqliteConnection, StoreError> {
    let mut connection = establish(file)?;
    settle(&mut connection, file, options)?;
    run(&mut connection, file, "PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Switches the file to WAL. Where another process is doing the same, SQLite says at once that the file is locked and
/// doesn't heed its busy timeout: so it is waited out here.
fn into_wal(
    connection: &mut SqliteConnection,
    file: Option<&Path>,
    options: &Options,
) -> Result<(), StoreError> {
    let limit = Instant::now() + Duration::from_millis(options.busy_timeout_ms);
    loop {
        match connection.batch_execute(INTO_WAL).map_err(StoreError::from) {
            Err(StoreError::Locked) if Instant::now() < limit => std::thread::sleep(WAL_PAUSE),
            Ok(()) => return Ok(()),
            Err(_) => return run(connection, file, INTO_WAL),
        }
    }
}

fn establish(file: Option<&Path>) -> Result<SqliteConnection, StoreError> {
    let url = match file {
        None => ":memory:".to_owned(),
        Some(path) => {
            let text = path
                .to_str()
                .ok_or_else(|| open_error(file, "its path is not UTF-8"))?;
            check_folder(path)?;
            // A name such as `file:x` would be read as a URI.
            if text.starts_with("file:") {
                format!("./{text}")
            } else {
                text.to_owned()
            }
        }
    };
    SqliteConnection::establish(&url).map_err(|error| {
        log::error!("opening {}: {error}", describe(file));
        open_error(
            file,
            "check that its folder exists and that file and folder can be read and written",
        )
    })
}

fn check_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Err(open_error(
            Some(path),
            "it is a folder; give the path of a file",
        ));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(open_error(
            Some(path),
            &format!(
                "the folder {} does not exist; make it first",
                folder.display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Foreign keys are declared and not enforced: enforcing them costs every written row a look into another table, and a
/// journal of its own for its statement. Rows refer to ids that nothing ever deletes, and only turns write them. Tests hold
/// what turns have written against the declarations (`PRAGMA foreign_key_check`).
fn settle(
    connection: &mut SqliteConnection,
    file: Option<&Path>,
    options: &Options,
) -> Result<(), StoreError> {
    run(
        connection,
        file,
        &format!("PRAGMA busy_timeout = {};", options.busy_timeout_ms),
    )?;
    run(
        connection,
        file,
        "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
    )
}

fn run(
    connection: &mut SqliteConnection,
    file: Option<&Path>,
    sql: &str,
) -> Result<(), StoreError> {
    connection.batch_execute(sql).map_err(|error| {
        log::error!("opening {}: {error}", describe(file));
        match StoreError::from(error) {
            StoreError::Database(said) if said.contains("unable to open") => {
                open_error(file, "check that file and folder can be read and written")
            }
            other => other,
        }
    })
}

pub(super) fn open_error(file: Option<&Path>, why: &str) -> StoreError {
    StoreError::Open {
        path: describe(file),
        why: why.to_owned(),
    }
}

pub(super) fn describe(file: Option<&Path>) -> String {
    match file {
        None => "sqlite::memory:".to_owned(),
        Some(path) => path.display().to_string(),
    }
}
