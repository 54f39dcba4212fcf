//! Which database, and how it is used.

use std::path::PathBuf;

use crate::postgres::Address;

/// A database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// SQLite in memory: gone when its coordinator closes.
    SqliteMemory,
    /// A SQLite file.
    SqliteFile(PathBuf),
    /// A PostgreSQL server's database.
    Postgres(Box<Address>),
}

/// How hard SQLite tries to get a commit onto the disk before it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// A commit that was acknowledged survives a power failure.
    #[default]
    Full,
    /// As full, and the folder's entry too.
    Extra,
    /// A commit survives the end of the process, but not always a power failure.
    Normal,
    /// Left to the operating system.
    Off,
}

impl Synchronous {
    /// SQLite's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Synchronous::Full => "FULL",
            Synchronous::Extra => "EXTRA",
            Synchronous::Normal => "NORMAL",
            Synchronous::Off => "OFF",
        }
    }
}

/// Settings of a connection.
#[derive(Clone, Debug)]
pub struct Options {
    /// See [`Synchronous`].
    pub synchronous: Synchronous,
    /// The environment whose overlays of a template apply.
    pub environment: String,
    /// How long to wait for another process's write lock, or for a server that can't be reached, in ms.
    pub busy_timeout_ms: u64,
    /// The PostgreSQL schema that the tables are in: lower-case letters, digits and underscores.
    pub schema: String,
    /// Whether PostgreSQL is behind a pooler that gives each transaction another connection.
    pub pooled: bool,
    /// Whether opening a PostgreSQL database makes and migrates its tables.
    pub auto_migrate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            synchronous: Synchronous::Full,
            environment: "development".to_owned(),
            busy_timeout_ms: 5_000,
            schema: "tasker".to_owned(),
            pooled: false,
            auto_migrate: true,
        }
    }
}

impl Target {
    /// Reads a database URL: `sqlite::memory:`, `sqlite://file.db`, `sqlite:///folder/file.db`, `sqlite:file.db`,
    /// `postgres://user:password@host:port/database?sslmode=verify-full`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(url: &str) -> Result<Target, String> {
        if url == "sqlite::memory:" {
            return Ok(Target::SqliteMemory);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Address::parse(url).map(|address| Target::Postgres(Box::new(address)));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some("") => Err(
                "the path of the SQLite file is missing; write sqlite://path/to/file.sqlite3"
                    .into(),
            ),
            Some(":memory:") => Ok(Target::SqliteMemory),
            Some(path) if path.contains(['?', '#', '\0']) => {
                Err("a SQLite URL takes a path only, without ? or #".into())
            }
            Some(path) => Ok(Target::SqliteFile(PathBuf::from(path))),
            None => {
                Err("it must begin with postgres:// or sqlite:// (or be sqlite::memory:)".into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_memory_relative_and_absolute_files() {
        assert_eq!(Target::parse("sqlite::memory:"), Ok(Target::SqliteMemory));
        assert_eq!(Target::parse("sqlite://:memory:"), Ok(Target::SqliteMemory));
        assert_eq!(
            Target::parse("sqlite://a/b.db"),
            Ok(Target::SqliteFile("a/b.db".into()))
        );
        assert_eq!(
            Target::parse("sqlite:///a/b.db"),
            Ok(Target::SqliteFile("/a/b.db".into()))
        );
        assert_eq!(
            Target::parse("sqlite:b.db"),
            Ok(Target::SqliteFile("b.db".into()))
        );
    }

    #[test]
    fn a_url_of_another_kind_is_refused_with_what_is_allowed() {
        for url in ["", "mysql://x", "sqlite://", "sqlite://x?mode=ro"] {
            assert!(
                Target::parse(url)
                    .is_err_and(|why| why.contains("sqlite") || why.contains("SQLite")),
                "{url}"
            );
        }
    }
}
