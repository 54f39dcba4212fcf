//! What a turn writes, and its commit, on their way to the server together.
//!
//! An update has the server itself look whether it reached the rows that it should ([`statement`](super::statement)), so
//! a commit may follow it before its answer is here: where a statement fails, the server makes of the commit a rollback.
//! What never left this process can't fail there, though. So the commit follows at once only where every statement is
//! certain to have been sent before it; else it waits for their answers.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use tokio::task::unconstrained;

use super::fault::{Fault, Said};
use super::link::Session;
use crate::StoreError;

/// The statements that a connection has prepared.
pub(super) type Prepared = RefCell<HashSet<TypeId>>;

type Sent<'a> = MaybeDone<BoxFuture<'a, Said<()>>>;

/// How the end of a transaction went.
pub(super) enum Ended {
    Committed,
    /// A statement was refused: the transaction is undone.
    Refused(StoreError),
    /// The connection was lost before the commit was sent.
    Lost(String),
    /// The commit was sent, and what became of it wasn't heard.
    Unheard(Fault),
}

/// Statements that are to be sent.
pub(super) struct Sending<'a> {
    session: Session<'a>,
    statements: Vec<BoxFuture<'a, Said<()>>>,
    kinds: Vec<TypeId>,
}

impl<'a> Sending<'a> {
    pub(super) fn new(session: Session<'a>) -> Sending<'a> {
        Sending {
            session,
            statements: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// Adds a statement; it is sent with the others.
    pub(super) fn add<S>(&mut self, statement: S)
    where
        S: QueryFragment<diesel::pg::Pg> + QueryId + Send,
    {
        let mut connection = self.session.connection;
        self.kinds.extend(S::query_id());
        // What is bound is taken out of the statement here: the future holds nothing of it.
        let sent = (&mut connection).execute_returning_count(statement);
        self.statements.push(Box::pin(async move {
            sent.await?;
            Ok(())
        }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Sends all of them, and waits for what the server says.
    pub(super) async fn finish(&mut self) -> Said<()> {
        let mut sent = taken(&mut self.statements);
        unconstrained(all(&mut sent)).await;
        failure(&mut sent).map_or(Ok(()), Err)?;
        self.session
            .prepared
            .borrow_mut()
            .extend(self.kinds.drain(..));
        Ok(())
    }

    /// Sends all of them and commits; `asked` tells, should nobody wait for the end, whether the commit was sent. What
    /// others are told is sent after it, in a transaction of its own: in this one it would hold a lock of the whole
    /// server, for which every other turn that tells something had to wait, until the commit is on disk. Nobody waits for
    /// that: it may be lost, as the looks stand behind it.
    pub(super) async fn commit(mut self, told: Option<&str>, asked: &Cell<bool>) -> Ended {
        let session = self.session;
        let mut sent = taken(&mut self.statements);
        if self.are_prepared(sent.len()) {
            // A prepared statement is sent, or fails, when it is looked at for the first time.
            unconstrained(once(&mut sent)).await;
        } else {
            unconstrained(all(&mut sent)).await;
        }
        if sent.iter_mut().any(failed) {
            unconstrained(all(&mut sent)).await;
            return match failure(&mut sent) {
                Some(Fault::Refused(error)) => rolled_back(session.connection, error).await,
                Some(Fault::Lost(detail)) => Ended::Lost(detail),
                None => Ended::Lost("a failure that is none".to_owned()),
            };
        }
        asked.set(true);
        let mut connection = session.connection;
        let mut commit = Box::pin(connection.batch_execute("COMMIT"));
        let mut committed = None;
        let mut connection = session.connection;
        let mut telling = told.map(|words| Box::pin(connection.batch_execute(words)));
        unconstrained(poll_fn(|context| {
            // The statements first: that is the order in which they are sent, and answered.
            let done = look(&mut sent, context);
            if committed.is_none()
                && let Poll::Ready(said) = commit.as_mut().poll(context)
            {
                committed = Some(said.map_err(Fault::from));
            }
            if let Some(words) = &mut telling
                && words.as_mut().poll(context).is_ready()
            {
                telling = None;
            }
            if done && committed.is_some() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
        .await;
        match (failure(&mut sent), committed.unwrap_or(Ok(()))) {
            (None, Ok(())) => {
                session.prepared.borrow_mut().extend(self.kinds.drain(..));
                Ended::Committed
            }
            // The server had given the transaction up before it came to the commit.
            (Some(Fault::Refused(error)), Ok(()) | Err(Fault::Refused(_))) => Ended::Refused(error),
            (Some(Fault::Refused(_)), Err(Fault::Lost(detail))) => Ended::Lost(detail),
            // A refusal may be a pooler's, whose own connection broke.
            (Some(fault @ Fault::Lost(_)), _) | (None, Err(fault)) => Ended::Unheard(fault),
        }
    }

    /// Whether none of them has to be prepared first, which would let the commit overtake it.
    fn are_prepared(&self, count: usize) -> bool {
        let prepared = self.session.prepared.borrow();
        !self.session.profile.pooled
            && self.kinds.len() == count
            && self.kinds.iter().all(|kind| prepared.contains(kind))
    }
}

fn taken<'a>(statements: &mut Vec<BoxFuture<'a, Said<()>>>) -> Vec<Sent<'a>> {
    statements.drain(..).map(maybe_done).collect()
}

/// Looks at each, in their order; whether all are done.
fn look(sent: &mut [Sent<'_>], context: &mut Context<'_>) -> bool {
    let done = |each: &mut Sent<'_>| Pin::new(each).poll(context).is_ready();
    // Each of them, also behind one that isn't done.
    sent.iter_mut().map(done).filter(|done| !done).count() == 0
}

async fn once(sent: &mut [Sent<'_>]) {
    poll_fn(|context| {
        look(sent, context);
        Poll::Ready(())
    })
    .await;
}

async fn all(sent: &mut [Sent<'_>]) {
    poll_fn(|context| match look(sent, context) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

fn failed(sent: &mut Sent<'_>) -> bool {
    matches!(Pin::new(sent).output_mut(), Some(Err(_)))
}

/// The first failure in their order: the others only say that the transaction is over.
fn failure(sent: &mut [Sent<'_>]) -> Option<Fault> {
    let ended = sent.iter_mut().map(|each| Pin::new(each).take_output());
    ended.flatten().find_map(Result::err)
}

async fn rolled_back(mut connection: &AsyncPgConnection, error: StoreError) -> Ended {
    match connection
        .batch_execute("ROLLBACK")
        .await
        .map_err(Fault::from)
    {
        // Where not even that is heard, the server had ended the session.
        Err(Fault::Lost(detail)) => Ended::Lost(detail),
        Ok(()) | Err(Fault::Refused(_)) => Ended::Refused(error),
    }
}
