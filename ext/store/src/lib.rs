//! SQL and nothing else: one way in, SQLite and PostgreSQL behind it.
//!
//! A [`Store`] carries out turns: it loads the rows that a turn's commands reach, lets the rules of
//! `tasker_domain` change them, and writes what changed, all in one transaction. A [`Reader`] answers questions
//! on a connection of its own. What a database can do is the [`tx::Tx`] trait; how a turn goes is in [`turn`],
//! once for every database.

mod answer;
mod due;
pub mod error;
pub mod options;
pub mod postgres;
mod rows;
mod sight;
pub mod sqlite;
mod statements;
pub mod turn;
pub mod tx;
pub mod view;

use tasker_domain::ids::{Millis, WorkerId};

pub use error::StoreError;
pub use options::{Options, Synchronous, Target};
pub use turn::{TurnInput, TurnOutput};

/// The one connection that writes.
pub trait Store: Send {
    /// Enters a coordinator into the database.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't be written.
    fn enroll(&mut self, name: &str, now: Millis, lease_ms: i64) -> Result<WorkerId, StoreError>;

    /// Carries out one turn in one transaction.
    ///
    /// # Errors
    /// [`StoreError`] when nothing of the turn was stored.
    fn turn(&mut self, input: TurnInput<'_>) -> Result<TurnOutput, StoreError>;

    /// Another store on the same database, whose turns go beside this one's; none where turns go one after the other.
    fn beside(&self) -> Option<Result<Box<dyn Store>, StoreError>>;

    /// Takes a coordinator out: what it still holds can be taken by others at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't be written.
    fn retire(&mut self, worker: WorkerId, now: Millis) -> Result<(), StoreError>;

    /// Coordinators with a lease, other than `me`: id and name.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't be read.
    fn colleagues(&mut self, me: WorkerId) -> Result<Vec<(WorkerId, String)>, StoreError>;

    /// What time it is for this database: of a server, its own clock's.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be asked.
    fn time(&mut self, here: Millis) -> Result<Millis, StoreError>;

    /// A reader on the same connection, for databases that only this connection can see.
    fn reader(&mut self) -> &mut dyn Reader;
}

/// A connection that reads.
pub trait Reader: Send {
    /// Answers a question with JSON text.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for what isn't there, else what the database says.
    fn answer(&mut self, question: &view::Question) -> Result<String, StoreError>;
}

/// Opens a store, making and migrating the database where needed.
///
/// # Errors
/// [`StoreError`] when it can't be opened, isn't a database of this gem, or can't be written.
pub fn open(target: &Target, options: &Options) -> Result<Box<dyn Store>, StoreError> {
    match target {
        Target::SqliteMemory => Ok(Box::new(sqlite::SqliteStore::open(None, options)?)),
        Target::SqliteFile(path) => Ok(Box::new(sqlite::SqliteStore::open(Some(path), options)?)),
        Target::Postgres(address) => Ok(Box::new(postgres::PgStore::open(address, options)?)),
    }
}

/// Opens a reader beside a store; none where only the store's own connection can see the data, and for PostgreSQL,
/// whose questions a [`postgres::ReaderPool`] answers.
///
/// # Errors
/// [`StoreError`] when the database can't be opened.
pub fn open_reader(
    target: &Target,
    options: &Options,
) -> Result<Option<Box<dyn Reader>>, StoreError> {
    match target {
        Target::SqliteMemory | Target::Postgres(_) => Ok(None),
        Target::SqliteFile(path) => Ok(Some(Box::new(sqlite::SqliteReader::open(
            Some(path),
            options,
        )?))),
    }
}

/// Brings a database's tables to the newest version: the versions before and after.
///
/// # Errors
/// [`StoreError`] when it can't be opened or changed, or was made by a newer version of this crate.
pub fn migrate(target: &Target, options: &Options) -> Result<(i32, i32), StoreError> {
    match target {
        Target::SqliteMemory => sqlite::migrate(None, options),
        Target::SqliteFile(path) => sqlite::migrate(Some(path), options),
        Target::Postgres(address) => postgres::migrate(address, options),
    }
}
