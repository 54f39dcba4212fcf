//! PostgreSQL: any number of processes carry out turns at the same time, each in one transaction.
//!
//! What keeps them apart: a turn locks the tasks whose steps it ends, in the order of their ids; claims take steps that
//! nobody else has locked; and every update is held against the row that the turn had read, so that whoever came second
//! starts again. How statements are sent is asynchronous ([`diesel_async`]); how a turn goes is not: each thread that
//! talks to the server drives its own connections while it waits.

mod address;
mod attempt;
mod backoff;
mod dial;
mod fate;
mod fault;
mod foresight;
mod link;
mod listen;
mod memory;
mod migrate;
mod readers;
mod sending;
mod session;
mod sight;
mod statement;
mod sweep;
mod tls;
mod transaction;
mod writes;

use std::time::Instant;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tasker_domain::ids::{Millis, WorkerId};

pub use address::Address;
pub use listen::Listener;
pub use readers::ReaderPool;

use crate::options::Options;
use crate::tx::TemplateCache;
use crate::view::Question;
use crate::{Reader, Store, StoreError, TurnInput, TurnOutput};
use fate::Uncertain;
use fault::Said;
use link::Link;
use memory::Memory;
use migrate::Version;
use session::Profile;

/// The connection that writes.
pub struct PgStore {
    link: Link,
    templates: TemplateCache,
    memory: Memory,
    environment: String,
    /// A turn whose commit nobody could be asked about.
    uncertain: Option<Uncertain>,
}

impl PgStore {
    /// Opens the database, making and migrating the tables where they are needed and that is allowed.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be reached, doesn't let us in, or isn't fit for use.
    pub fn open(address: &Address, options: &Options) -> Result<PgStore, StoreError> {
        let mut link = Link::new(Profile::new(address, options))?;
        let may_migrate = options.auto_migrate;
        link.at_length(async |connection, profile| {
            match migrate::version(connection, profile).await? {
                Version::At(version) if version == migrate::NEWEST => Ok(()),
                Version::At(version) => {
                    migrate::check(version, &profile.schema)?;
                    prepare(connection, profile, version, may_migrate).await
                }
                Version::Empty => prepare(connection, profile, 0, may_migrate).await,
                Version::Foreign => Err(migrate::foreign(&profile.schema).into()),
            }
        })?;
        Ok(PgStore {
            link,
            templates: TemplateCache::new(),
            memory: Memory::default(),
            environment: options.environment.clone(),
            uncertain: None,
        })
    }
}

/// Makes or migrates the tables, where that is allowed.
async fn prepare(
    connection: &mut AsyncPgConnection,
    profile: &Profile,
    version: i32,
    may_migrate: bool,
) -> Said<()> {
    if !may_migrate {
        return Err(migrate::behind(version, &profile.schema).into());
    }
    migrate::migrate(connection, profile).await.map(drop)
}

/// Brings the tables of a schema to the newest version: the versions before and after.
///
/// # Errors
/// [`StoreError`] when the database can't be reached or changed, or was made by a newer version of this crate.
pub fn migrate(address: &Address, options: &Options) -> Result<(i32, i32), StoreError> {
    let mut link = Link::new(Profile::new(address, options))?;
    let from =
        link.at_length(async |connection, profile| migrate::migrate(connection, profile).await)?;
    Ok((from, migrate::NEWEST))
}

impl Store for PgStore {
    fn enroll(&mut self, name: &str, now: Millis, lease_ms: i64) -> Result<WorkerId, StoreError> {
        let expires = now.saturating_add(lease_ms);
        self.link.once(async |connection, profile| {
            link::committed(connection, profile, async |connection| {
                let id: i64 = statement::Enroll::new(name, now, expires)
                    .get_result(connection)
                    .await?;
                Ok(WorkerId(id))
            })
            .await
        })
    }

    fn turn(&mut self, input: TurnInput<'_>) -> Result<TurnOutput, StoreError> {
        let until = Instant::now() + self.link.profile().patience;
        self.settle_uncertain(until)?;
        if let Some(given_up) = self.uncertain.take() {
            let commands = given_up.returned();
            let returning = TurnInput {
                commands: &commands,
                ..input
            };
            if let Err(error) = self.turn_until(&returning, until) {
                log::warn!("steps that nobody runs wait for their deadline: {error}");
            }
        }
        self.turn_until(&input, until)
    }

    /// It connects when it is first used.
    fn beside(&self) -> Option<Result<Box<dyn Store>, StoreError>> {
        let link = Link::new(self.link.profile().clone());
        Some(link.map(|link| {
            Box::new(PgStore {
                link,
                templates: TemplateCache::new(),
                memory: self.memory.clone(),
                environment: self.environment.clone(),
                uncertain: None,
            }) as Box<dyn Store>
        }))
    }

    fn retire(&mut self, worker: WorkerId, _now: Millis) -> Result<(), StoreError> {
        self.link.once(async |connection, profile| {
            link::committed(connection, profile, async |connection| {
                let ids = [worker.0];
                statement::LeaveWorkers::new(&ids)
                    .execute(connection)
                    .await?;
                Ok(())
            })
            .await
        })
    }

    fn colleagues(&mut self, me: WorkerId) -> Result<Vec<(WorkerId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = self.link.once(async |connection, profile| {
            link::committed(connection, profile, async |connection| {
                Ok(statement::Colleagues::new(me.0).load(connection).await?)
            })
            .await
        })?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (WorkerId(id), name))
            .collect())
    }

    fn time(&mut self, _here: Millis) -> Result<Millis, StoreError> {
        self.link.once(async |connection, profile| {
            link::committed(connection, profile, async |connection| {
                Ok(statement::Clock::new().get_result(connection).await?)
            })
            .await
        })
    }

    fn reader(&mut self) -> &mut dyn Reader {
        self
    }
}

impl Reader for PgStore {
    fn answer(&mut self, question: &Question) -> Result<String, StoreError> {
        let (templates, environment) = (&mut self.templates, &self.environment);
        self.link.at_length(async |connection, profile| {
            readers::look(connection, profile, templates, environment, question).await
        })
    }
}
