//! Answers to questions: one thread that answers several at once, on connections of a pool.

use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;

use deadpool::Runtime as PoolRuntime;
use deadpool::managed::{PoolConfig, PoolError, Timeouts};
use diesel::ConnectionError;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as Unmade, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::backoff::Backoff;
use super::fault::{Fault, Said};
use super::link::{LEAST, begin, lost};
use super::session::{PATIENCE, Profile};
use super::sight::PgSight;
use crate::StoreError;
use crate::answer::answer;
use crate::options::Options;
use crate::tx::TemplateCache;
use crate::view::Question;

/// Connections that answer questions. It belongs to the thread that made it.
pub struct ReaderPool {
    runtime: Runtime,
    tasks: LocalSet,
    shared: Rc<Shared>,
}

struct Shared {
    pool: Pool<AsyncPgConnection>,
    profile: Profile,
    environment: String,
    /// Those that were read before: what is committed keeps its id and its text.
    templates: RefCell<TemplateCache>,
}

impl ReaderPool {
    /// A pool of up to `size` connections; they are made when they are needed.
    ///
    /// # Errors
    /// [`StoreError`] when the system gives no runtime.
    pub fn new(
        address: &Address,
        options: &Options,
        size: usize,
    ) -> Result<ReaderPool, StoreError> {
        let failed = |error: &dyn std::fmt::Display| {
            StoreError::Database(format!("a pool of connections can't be made: {error}"))
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let profile = Profile::new(address, options);
        let mut config = ManagerConfig::default();
        // A pooled connection may have been cut since it was last used; the pool asks before it gives it away. Behind a
        // pooler a statement of its own outside a transaction is none of ours, and none that it could prepare.
        config.recycling_method = if profile.pooled {
            RecyclingMethod::Fast
        } else {
            RecyclingMethod::Verified
        };
        let dialled = profile.clone();
        config.custom_setup = Box::new(move |_| {
            let profile = dialled.clone();
            async move {
                let connected = profile.connect().await;
                connected.map_err(|error| {
                    let kind = if error.is_transient() {
                        ConnectionError::BadConnection
                    } else {
                        ConnectionError::InvalidConnectionUrl
                    };
                    kind(error.to_string())
                })
            }
            .boxed()
        });
        let manager =
            AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config("", config);
        // Whoever has no patience still wants an answer where there is one.
        let patience = profile.patience.max(LEAST);
        let mut limits = PoolConfig::new(size.max(1));
        limits.timeouts = Timeouts {
            wait: Some(PATIENCE),
            create: Some(patience),
            recycle: Some((patience / 2).max(LEAST)),
        };
        let pool = Pool::builder(manager)
            .config(limits)
            .runtime(PoolRuntime::Tokio1)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(ReaderPool {
            runtime,
            tasks: LocalSet::new(),
            shared: Rc::new(Shared {
                pool,
                profile,
                environment: options.environment.clone(),
                templates: RefCell::new(TemplateCache::new()),
            }),
        })
    }

    /// Runs on this thread until `work` ends; what it hands to [`ReaderPool::answering`] goes on beside it.
    pub fn run<F: Future>(&self, work: F) -> F::Output {
        self.tasks.block_on(&self.runtime, work)
    }

    /// Ends what is still being answered, and the connections.
    pub fn finish(self) {
        let ReaderPool { runtime, tasks, .. } = self;
        runtime.block_on(tasks);
        runtime.shutdown_background();
    }

    /// Answers a question beside others, and gives the answer to `then`.
    pub fn answering(
        &self,
        question: Question,
        then: impl FnOnce(Result<String, StoreError>) + 'static,
    ) {
        let shared = Rc::clone(&self.shared);
        self.tasks
            .spawn_local(async move { then(shared.answer(&question).await) });
    }
}

impl Shared {
    /// Answers on a connection of the pool; a lost one is replaced, as long as a caller has patience.
    async fn answer(&self, question: &Question) -> Result<String, StoreError> {
        let until = Instant::now() + self.profile.patience;
        loop {
            let mut connection = self.connection(until).await?;
            // A copy, as other questions go on while this one waits.
            let mut templates = self.templates.borrow().clone();
            let look = look(
                &mut connection,
                &self.profile,
                &mut templates,
                &self.environment,
                question,
            );
            let said = timeout(PATIENCE, look)
                .await
                .unwrap_or_else(|_| Err(Fault::Lost("no answer".to_owned())));
            match said {
                Ok(answer) => {
                    self.templates.borrow_mut().extend(templates);
                    return Ok(answer);
                }
                Err(Fault::Refused(error)) => {
                    // As a turn's: the next question is asked on another one.
                    if matches!(error, StoreError::Refusing { .. }) {
                        drop(Object::take(connection));
                    }
                    return Err(error);
                }
                Err(Fault::Lost(detail)) => {
                    drop(Object::take(connection));
                    if Instant::now() >= until {
                        return Err(lost(&self.profile, &detail));
                    }
                }
            }
        }
    }

    /// A connection of the pool. A server that can't be reached is tried until `until`.
    async fn connection(&self, until: Instant) -> Result<Object<AsyncPgConnection>, StoreError> {
        let mut backoff = Backoff::new();
        loop {
            let why = match self.pool.get().await {
                Ok(connection) => return Ok(connection),
                Err(PoolError::Backend(Unmade::ConnectionError(
                    ConnectionError::InvalidConnectionUrl(why),
                ))) => return Err(StoreError::Refusing { why }),
                Err(PoolError::Backend(Unmade::ConnectionError(
                    ConnectionError::BadConnection(why),
                ))) => why,
                Err(PoolError::Timeout(_)) => {
                    return Err(lost(&self.profile, "no connection for reading in time"));
                }
                Err(other) => return Err(StoreError::Database(other.to_string())),
            };
            let pause = backoff.next();
            if Instant::now() + pause >= until {
                return Err(StoreError::Unreachable { why });
            }
            sleep(pause).await;
        }
    }
}

/// Answers within one transaction: an answer never mixes two states of a task.
pub(super) async fn look(
    connection: &mut AsyncPgConnection,
    profile: &Profile,
    templates: &mut TemplateCache,
    environment: &str,
    question: &Question,
) -> Said<String> {
    begin(connection, profile.begin_reading()).await?;
    let mut sight = PgSight {
        connection,
        lost: None,
    };
    let answered = AssertUnwindSafe(answer(&mut sight, templates, environment, question))
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(StoreError::panicked(payload.as_ref())));
    if let Some(detail) = sight.lost {
        return Err(Fault::Lost(detail));
    }
    connection.batch_execute("COMMIT").await?;
    Ok(answered?)
}
