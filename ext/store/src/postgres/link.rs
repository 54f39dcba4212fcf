//! One connection that is made again when it is lost, and the runtime that drives it.

use std::cell::Cell;
use std::future::Future;
use std::time::{Duration, Instant};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::runtime::{Builder, Runtime};
use tokio::task::unconstrained;
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::fault::{Fault, Said};
use super::foresight::{Answers, Foresight, begin_with};
use super::sending::{Ended, Prepared, Sending};
use super::session::{PATIENCE, Profile, open_error};
use crate::StoreError;

/// The least time that a server is given for its first words: a caller without patience wants them, too.
pub(super) const LEAST: Duration = Duration::from_secs(2);

pub(super) struct Link {
    runtime: Runtime,
    profile: Profile,
    connection: Option<AsyncPgConnection>,
    /// What turns have prepared on it.
    prepared: Prepared,
    /// Whether the server was out of reach when it was last tried: the log hears of that once.
    away: bool,
}

impl Link {
    pub(super) fn new(profile: Profile) -> Result<Link, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Database(format!("no runtime: {error}")))?;
        Ok(Link {
            runtime,
            profile,
            connection: None,
            prepared: Prepared::default(),
            away: false,
        })
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The connection, made anew where it was lost; a server that can't be reached is tried until `until`.
    pub(super) fn connected(&mut self, until: Instant) -> Result<Session<'_>, StoreError> {
        if self.connection.is_none() {
            let connected = self.runtime.block_on(connect(&self.profile, until));
            self.tell(connected.as_ref().err());
            self.connection = Some(connected?);
        }
        let Some(connection) = &self.connection else {
            return Err(StoreError::Database("no connection was made".to_owned()));
        };
        Ok(Session {
            runtime: &self.runtime,
            profile: &self.profile,
            connection,
            prepared: &self.prepared,
        })
    }

    /// Says when the server gets out of reach, and when it is back.
    fn tell(&mut self, error: Option<&StoreError>) {
        match error {
            Some(error) if !self.away => log::warn!("{error}"),
            None if self.away => log::warn!("{} answers again", self.profile.address.describe()),
            _ => {}
        }
        self.away = error.is_some();
    }

    /// Forgets the connection; what was open on it is undone by the server.
    pub(super) fn hang_up(&mut self) {
        self.connection = None;
        self.prepared.get_mut().clear();
    }

    /// Runs something on the connection and on this thread.
    pub(super) fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

async fn connect(profile: &Profile, until: Instant) -> Result<AsyncPgConnection, StoreError> {
    let mut backoff = Backoff::new();
    loop {
        // A pooler lets one in, and says nothing until it has a connection of its own.
        let limit = within(until);
        let error = match timeout(limit, profile.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => return Err(lost(profile, &silence(limit))),
        };
        let pause = backoff.next();
        if !error.is_transient() || Instant::now() + pause >= until {
            return Err(open_error(error));
        }
        log::debug!("{error}; trying again in {} ms", pause.as_millis());
        sleep(pause).await;
    }
}

/// A connection in use.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    runtime: &'a Runtime,
    pub(super) profile: &'a Profile,
    pub(super) connection: &'a AsyncPgConnection,
    pub(super) prepared: &'a Prepared,
}

impl Session<'_> {
    /// Waits for what the server says. One that says nothing for long is given up, with its connection.
    pub(super) fn wait<T, E: Into<Fault>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Said<T> {
        self.runtime
            .block_on(async { timeout(PATIENCE, work).await })
            .map_err(|_| Fault::Lost(silence(PATIENCE)))?
            .map_err(Into::into)
    }

    /// Begins a transaction that writes, and asks what is foreseen. A connection on which nothing is said to that is given
    /// up while there is time for another: what lies between may have forgotten it, and nothing is lost with it.
    pub(super) fn begin(&self, foresight: Foresight, until: Instant) -> Said<Answers> {
        let limit = (within(until) / 2).max(LEAST);
        let begun = begin_with(self.connection, self.profile.begin(), limit, foresight);
        self.block_on_for(limit + PATIENCE, begun)
            .unwrap_or_else(|| Err(Fault::Lost(silence(limit + PATIENCE))))
    }

    /// Sends what is to be written and commits; others are told of it.
    pub(super) fn commit(&self, sending: Sending<'_>, told: Option<&str>) -> Ended {
        let asked = Cell::new(false);
        let ended = self.block_on_for(PATIENCE, sending.commit(told, &asked));
        ended.unwrap_or_else(|| match asked.get() {
            true => Ended::Unheard(Fault::Lost(silence(PATIENCE))),
            false => Ended::Lost(silence(PATIENCE)),
        })
    }

    /// What comes of some work, where it comes in time.
    fn block_on_for<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        // How much is done at once is bounded by the turn; tokio's own bound would only have it go on later.
        let work = unconstrained(work);
        self.runtime
            .block_on(async { timeout(limit, work).await })
            .ok()
    }

    /// Sends statements that have nothing bound and nothing to tell.
    pub(super) fn say(&self, sql: &str) -> Said<()> {
        let mut connection = self.connection;
        self.wait(connection.batch_execute(sql))
    }
}

impl Link {
    /// Does something of its own, outside a turn, within the patience of a caller. A connection that is lost meanwhile is
    /// made again: what is done here does no harm when it is done twice.
    pub(super) fn once<T>(
        &mut self,
        work: impl AsyncFnMut(&mut AsyncPgConnection, &Profile) -> Said<T>,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + self.profile.patience;
        self.until(until, work)
    }

    /// The same, up to a given moment.
    pub(super) fn until<T>(
        &mut self,
        until: Instant,
        work: impl AsyncFnMut(&mut AsyncPgConnection, &Profile) -> Said<T>,
    ) -> Result<T, StoreError> {
        self.reach(until, || within(until), work)
    }

    /// The same, for what may take its time once the server is reached.
    pub(super) fn at_length<T>(
        &mut self,
        work: impl AsyncFnMut(&mut AsyncPgConnection, &Profile) -> Said<T>,
    ) -> Result<T, StoreError> {
        let until = Instant::now() + self.profile.patience;
        self.reach(until, || PATIENCE, work)
    }

    fn reach<T>(
        &mut self,
        until: Instant,
        limit: impl Fn() -> Duration,
        mut work: impl AsyncFnMut(&mut AsyncPgConnection, &Profile) -> Said<T>,
    ) -> Result<T, StoreError> {
        loop {
            self.connected(until)?;
            let Link {
                runtime,
                profile,
                prepared: _,
                away: _,
                connection: Some(connection),
            } = self
            else {
                continue;
            };
            let limit = limit();
            let said = runtime.block_on(async {
                let limited = timeout(limit, work(connection, profile)).await;
                limited.unwrap_or_else(|_| Err(Fault::Lost(silence(limit))))
            });
            match said {
                Ok(value) => return Ok(value),
                Err(Fault::Refused(error)) => return Err(error),
                Err(Fault::Lost(detail)) => {
                    self.hang_up();
                    log::warn!("the connection to PostgreSQL was lost: {detail}");
                    if Instant::now() >= until {
                        return Err(lost(&self.profile, &detail));
                    }
                }
            }
        }
    }
}

/// Begins a transaction as a [`Profile`] says. Where what follows its BEGIN is refused, the connection isn't left in it.
pub(super) async fn begin<C>(connection: &mut C, words: &str) -> Said<()>
where
    C: SimpleAsyncConnection,
{
    let begun = connection.batch_execute(words).await.map_err(Fault::from);
    if let Err(Fault::Refused(_)) = begun {
        connection.batch_execute("ROLLBACK").await?;
    }
    begun
}

/// A transaction of its own around `work`.
pub(super) async fn committed<T>(
    connection: &mut AsyncPgConnection,
    profile: &Profile,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Said<T>,
) -> Said<T> {
    begin(connection, profile.begin()).await?;
    match work(connection).await {
        Ok(value) => {
            connection.batch_execute("COMMIT").await?;
            Ok(value)
        }
        Err(fault) => {
            connection.batch_execute("ROLLBACK").await?;
            Err(fault)
        }
    }
}

pub(super) fn silence(limit: Duration) -> String {
    format!("no answer within {:.1} s", limit.as_secs_f64())
}

/// How long to wait for a server's first words.
fn within(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(LEAST)
}

/// The connection is lost and there is no time for another.
pub(super) fn lost(profile: &Profile, detail: &str) -> StoreError {
    StoreError::Unreachable {
        why: format!(
            "the connection to {} was lost: {detail}",
            profile.address.describe()
        ),
    }
}
