//! PostgreSQL: any number of processes carry out turns at the same time, each in one transaction.
//!
//! What keeps them apart: a turn locks the tasks whose steps it ends, in the order of their ids; claims take steps that
//! nobody else has locked; and every update is held against the row that the turn had read, so that whoever came second
//! starts again. How statements are sent is asynchronous ([`diesel_async`]); how a turn goes is not: each thread that
//! talks to the server drives its own connections while it waits.

mod address;
mod backoff;
mod dial;
mod fate;
mod fault;
mod link;
mod listen;
mod migrate;
mod readers;
mod session;
mod sight;
mod statement;
mod sweep;
mod tls;
mod transaction;
mod writes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tasker_domain::ids::{Millis, WorkerId};

pub use address::Address;
pub use listen::Listener;
pub use readers::ReaderPool;

use crate::options::Options;
use crate::tx::TemplateCache;
use crate::view::Question;
use crate::{Reader, Store, StoreError, TurnInput, TurnOutput, turn};
use fate::{Fate, Uncertain};
use fault::{Fault, Said};
use link::Link;
use migrate::Version;
use session::Profile;
use transaction::PgTx;

/// The connection that writes.
pub struct PgStore {
    link: Link,
    templates: TemplateCache,
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
            environment: options.environment.clone(),
            uncertain: None,
        })
    }

    /// One try of a turn.
    fn attempt(&mut self, input: &TurnInput<'_>, until: Instant) -> Result<TurnOutput, Missed> {
        let session = self.link.connected(until)?;
        session.begin(until)?;
        let mut tx = PgTx {
            session,
            lost: None,
            traces: None,
        };
        let templates = &mut self.templates;
        let done = catch_unwind(AssertUnwindSafe(|| {
            let output = turn::run(&mut tx, templates, input)?;
            // Once a turn at most, and only where there is something for others to do.
            if output.unclaimed > 0 {
                let channel = tx.session.profile.channel();
                tx.run(statement::Notify::new(&channel))?;
            }
            Ok(output)
        }));
        let done = done.unwrap_or_else(|payload| Err(StoreError::panicked(payload.as_ref())));
        let PgTx { lost, traces, .. } = tx;
        match (done, lost) {
            (_, Some(detail)) => Err(Missed::Nothing(detail)),
            (Err(error), None) => {
                // Where not even that is heard, the server had ended the session.
                session.say("ROLLBACK")?;
                Err(Missed::Refused(error))
            }
            (Ok(output), None) => match (session.say("COMMIT"), traces) {
                (Ok(()), _) => Ok(output),
                // Nothing was written, so nothing could be lost.
                (Err(fault), None) => Err(fault.into()),
                // A refusal may be a pooler's, whose own connection broke.
                (Err(fault), Some(traces)) => Err(Missed::Unsure(Box::new(Uncertain::new(
                    traces, output, fault,
                )))),
            },
        }
    }

    /// Finds out what became of a turn whose commit wasn't heard, before anything else is done.
    fn settle_uncertain(&mut self, until: Instant) -> Result<(), StoreError> {
        let Some(uncertain) = self.uncertain.take() else {
            return Ok(());
        };
        match fate::of(&mut self.link, uncertain.traces(), until) {
            Ok(fate) => {
                log::warn!("the turn whose commit was not heard {}", fate.as_str());
                if fate == Fate::Committed {
                    // Its callers were told that nothing is known, and run none of the steps that it took.
                    self.uncertain = uncertain.granted_only();
                }
                Ok(())
            }
            Err(error) => {
                self.uncertain = Some(uncertain);
                Err(error)
            }
        }
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

/// Why a try of a turn came to nothing.
enum Missed {
    /// The database, or a rule, refused it: it is undone.
    Refused(StoreError),
    /// The connection was lost before anything was committed.
    Nothing(String),
    /// The connection was lost during the commit.
    Unsure(Box<Uncertain>),
}

impl From<StoreError> for Missed {
    fn from(error: StoreError) -> Missed {
        Missed::Refused(error)
    }
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Missed {
        match fault {
            Fault::Refused(error) => Missed::Refused(error),
            Fault::Lost(detail) => Missed::Nothing(detail),
        }
    }
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

impl PgStore {
    /// Carries out a turn. Where the connection is lost before the commit, the turn is begun again on another one; where
    /// it is lost during the commit, the server is asked what became of it.
    fn turn_until(
        &mut self,
        input: &TurnInput<'_>,
        until: Instant,
    ) -> Result<TurnOutput, StoreError> {
        loop {
            let missed = match self.attempt(input, until) {
                Ok(output) => return Ok(output),
                Err(missed) => missed,
            };
            // It may hold a template whose id was undone and will be given to another.
            self.templates.clear();
            let detail = match missed {
                Missed::Refused(error) => {
                    // It may be the server that is the wrong one: there was a failover perhaps.
                    if matches!(error, StoreError::Refusing { .. }) {
                        self.link.hang_up();
                    }
                    return Err(error);
                }
                Missed::Nothing(detail) => detail,
                Missed::Unsure(uncertain) => {
                    self.link.hang_up();
                    match fate::of(&mut self.link, uncertain.traces(), until) {
                        Ok(Fate::Committed) => return Ok(uncertain.into_output()),
                        Ok(Fate::Undone) => match uncertain.into_fault() {
                            Fault::Lost(detail) => detail,
                            Fault::Refused(error) => return Err(error),
                        },
                        Err(error) => {
                            log::error!("the commit of a turn was not heard: {error}");
                            self.uncertain = Some(*uncertain);
                            return Err(StoreError::Unknown);
                        }
                    }
                }
            };
            self.link.hang_up();
            log::warn!("the connection to PostgreSQL was lost ({detail}); the turn is begun again");
            if Instant::now() >= until {
                return Err(link::lost(self.link.profile(), &detail));
            }
        }
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
