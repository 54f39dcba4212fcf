//! The way of one request: into the coordinator's queue, ring, wait for the answer.

use std::{
    mem,
    time::{Duration, Instant},
};

use crossbeam_channel::TrySendError;
use tasker_coordinator::{Answer, Envelope, Failure, Handle, Reply, Request, Waiting};

use crate::{
    channel::{self, Received, Unsent},
    process,
    stop::Stop,
    wait,
};

/// Sends the request, and waits for its answer for no longer than the limit.
pub fn ask(handle: &Handle, request: Request, limit: Duration) -> Result<Reply, Stop> {
    ask_and_read(handle, request, limit, |reply| reply)
}

/// As [`ask`]; the answer is read by `read`, still without the GVL.
pub fn ask_and_read<T>(
    handle: &Handle,
    request: Request,
    limit: Duration,
    read: impl Fn(Reply) -> T,
) -> Result<T, Stop> {
    if handle.is_closed() {
        return Err(Failure::closed().into());
    }
    let deadline = wait::deadline(limit);
    let (envelope, reply) = Envelope::new(request);
    send(handle, envelope, limit, deadline)?;
    handle.ring();
    match receive(handle, reply, deadline, read)? {
        Received::Got(answer) => Ok(answer?),
        Received::Late => Err(Failure::busy(format!(
            "no answer within {} ms; the outcome is unknown: the request may still be carried out",
            limit.as_millis()
        ))
        .into()),
        Received::Disconnected => Err(unanswered(handle).into()),
    }
}

fn send(
    handle: &Handle,
    envelope: Envelope,
    limit: Duration,
    deadline: Instant,
) -> Result<(), Stop> {
    let envelope = match handle.requests().try_send(envelope) {
        Ok(()) => return Ok(()),
        Err(TrySendError::Disconnected(_)) => return Err(Failure::closed().into()),
        Err(TrySendError::Full(envelope)) => envelope,
    };
    // A queue that is full is being drained, unless a bell was lost: one more costs nothing.
    handle.ring();
    let patience = handle.busy_timeout().min(limit);
    let until = wait::deadline(patience).min(deadline);
    match channel::send(handle.requests(), envelope, until) {
        Ok(()) => Ok(()),
        Err(Unsent::Full) => Err(Failure::busy(format!(
            "no place in the queue of requests within {} ms; nothing was sent: try again, or raise queue_capacity",
            patience.as_millis()
        ))
        .into()),
        Err(Unsent::Disconnected) => Err(Failure::closed().into()),
        Err(Unsent::Stopped(stop)) => Err(stop),
    }
}

fn receive<T>(
    handle: &Handle,
    reply: Waiting,
    deadline: Instant,
    read: impl Fn(Reply) -> T,
) -> Result<Received<Result<T, Failure>>, Stop> {
    let asked_in = process::noted();
    // A request that was put into the queue as the coordinator ended lies there, unread, for as long as any handle
    // lives, and its reply channel with it: only a glance at the coordinator tells that no answer will come.
    let received = channel::receive_while(
        &reply,
        deadline,
        || !has_ended(handle),
        |answer: Answer| answer.map(&read),
    );
    if process::noted() != asked_in {
        // A trap handler forked in the wait. The coordinator's thread isn't in this process, but it may have held
        // the channel's lock when the memory was copied: dropping our end could then wait for ever.
        mem::forget(reply);
    }
    received
}

/// Whether the coordinator's threads have ended; one that is closing still answers what it has accepted.
fn has_ended(handle: &Handle) -> bool {
    handle.is_closed() && handle.join(Duration::ZERO)
}

/// Why an answer will never come.
fn unanswered(handle: &Handle) -> Failure {
    if handle.is_closed() {
        Failure::closed()
    } else {
        Failure::internal(
            "the coordinator dropped the request without an answer; the outcome is unknown, and the log says why",
        )
    }
}
