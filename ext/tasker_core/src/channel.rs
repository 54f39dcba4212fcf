//! Receiving and sending on crossbeam's channels as waits of [`park`].

use std::time::Instant;

use crossbeam_channel::{Receiver, Select, SendTimeoutError, Sender, select_biased};

use crate::{
    stop::Stop,
    wait::{Pass, park},
};

/// What was waited for.
pub enum Received<T> {
    /// It came.
    Got(T),
    /// It didn't come in time.
    Late,
    /// Nobody is left who could send it.
    Disconnected,
}

/// Waits for a value until the deadline.
pub fn receive<T>(from: &Receiver<T>, deadline: Instant) -> Result<Received<T>, Stop> {
    receive_while(from, deadline, || true, |value| value)
}

/// As [`receive`], for as long as there is hope: `alive` is asked again and again. What has come is read by `read`.
/// Both run without the GVL.
pub fn receive_while<T, U>(
    from: &Receiver<T>,
    deadline: Instant,
    alive: impl Fn() -> bool,
    read: impl Fn(T) -> U,
) -> Result<Received<U>, Stop> {
    let mut received = Received::Late;
    park(|go| {
        // Asked before the channel is looked at, so that what was sent in a sender's last moment is still received.
        let last = !alive();
        let until = if last {
            Instant::now()
        } else {
            deadline.min(go.until)
        };
        // The value first: an answer that is here is taken, whatever else has happened.
        select_biased! {
            recv(from) -> message => {
                received = message.map_or(Received::Disconnected, |value| Received::Got(read(value)));
                Pass::Done
            }
            recv(go.interrupt) -> _ => Pass::Interrupted,
            default(until.saturating_duration_since(Instant::now())) => {
                if last {
                    received = Received::Disconnected;
                }
                if last || Instant::now() >= deadline { Pass::Done } else { Pass::Again }
            }
        }
    })?;
    Ok(received)
}

/// Why a message wasn't sent.
pub enum Unsent {
    /// No place came free in time.
    Full,
    /// Nobody is left to receive it.
    Disconnected,
    /// The caller was interrupted.
    Stopped(Stop),
}

/// Waits for a place on a full channel until the deadline; what couldn't be sent is dropped.
pub fn send<T>(to: &Sender<T>, message: T, deadline: Instant) -> Result<(), Unsent> {
    let mut message = Some(message);
    let mut sent = Err(SendTimeoutError::Timeout(()));
    park(|go| {
        let Some(pending) = message.take() else {
            return Pass::Done;
        };
        let mut select = Select::new_biased();
        let place = select.send(to);
        select.recv(go.interrupt);
        match select.select_deadline(deadline.min(go.until)) {
            Ok(ready) if ready.index() == place => {
                sent = ready
                    .send(to, pending)
                    .map_err(|_| SendTimeoutError::Disconnected(()));
                Pass::Done
            }
            Ok(ready) => {
                // The bell carries nothing; taking it out of the channel makes room for the next.
                let _rung = ready.recv(go.interrupt);
                message = Some(pending);
                Pass::Interrupted
            }
            Err(_) => {
                message = Some(pending);
                if Instant::now() >= deadline {
                    Pass::Done
                } else {
                    Pass::Again
                }
            }
        }
    })
    .map_err(Unsent::Stopped)?;
    sent.map_err(|error| match error {
        SendTimeoutError::Timeout(()) => Unsent::Full,
        SendTimeoutError::Disconnected(()) => Unsent::Disconnected,
    })
}
