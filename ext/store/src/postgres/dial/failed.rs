//! What came of one attempt: what an error of `tokio_postgres` is about.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use tokio_postgres::error::DbError;

/// What came of one attempt.
pub(super) enum Failed {
    /// Its name has no address.
    NoAddress,
    /// Its name can't be looked up.
    Lookup(io::Error),
    /// It didn't answer in time.
    TimedOut(Duration),
    /// `tokio_postgres` gave up.
    Said(tokio_postgres::Error),
}

/// What an error is about.
pub(super) enum Cause<'a> {
    /// PostgreSQL, or a pooler before it, said no.
    Server(&'a DbError),
    /// The handshake failed.
    Tls(&'a rustls::Error),
    /// It must be TLS, and the server has none.
    NoTls,
    /// It wants a password, and there is none.
    NoPassword,
    /// The network, or a socket.
    Io(&'a io::Error),
    /// The other end hung up.
    Lost,
    /// What no PostgreSQL would say.
    Other,
}

impl Failed {
    /// Whether the same may go well a moment later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Failed::NoAddress | Failed::Lookup(_) | Failed::TimedOut(_) => true,
            Failed::Said(error) => match cause(error) {
                Cause::Server(said) => passes(said),
                Cause::Io(error) => !is_forbidden(error),
                Cause::Lost => true,
                Cause::Tls(_) | Cause::NoTls | Cause::NoPassword | Cause::Other => false,
            },
        }
    }

    /// Whether the server may be content without TLS.
    pub(super) fn is_about_tls(&self) -> bool {
        match self {
            Failed::Said(error) => match cause(error) {
                Cause::Tls(_) => true,
                // No line of pg_hba.conf lets the client in over TLS; a hostnossl line may.
                Cause::Server(said) => said.code().code() == "28000",
                Cause::NoTls | Cause::NoPassword | Cause::Io(_) | Cause::Lost | Cause::Other => {
                    false
                }
            },
            Failed::NoAddress | Failed::Lookup(_) | Failed::TimedOut(_) => false,
        }
    }

    /// What was said, for the log.
    pub(super) fn detail(&self) -> String {
        match self {
            Failed::NoAddress => "its name has no address".to_owned(),
            Failed::Lookup(error) => format!("its name can't be looked up: {error}"),
            Failed::TimedOut(limit) => format!("no answer within {} s", limit.as_secs_f64()),
            Failed::Said(error) => chain(error),
        }
    }
}

/// An error and all that is behind it, for the log.
pub(super) fn chain(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    match error.code() {
        Some(code) => format!("{text} (SQLSTATE {})", code.code()),
        None => text,
    }
}

/// What it is about.
pub(super) fn cause(error: &tokio_postgres::Error) -> Cause<'_> {
    if let Some(said) = error.as_db_error() {
        return Cause::Server(said);
    }
    let Some(source) = error.source() else {
        return if error.is_closed() {
            Cause::Lost
        } else {
            Cause::Other
        };
    };
    if let Some(error) = source.downcast_ref::<io::Error>() {
        let inner = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        return match inner {
            Some(error) => Cause::Tls(error),
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof => Cause::Lost,
                // What was read makes no sense.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Cause::Other,
                _ => Cause::Io(error),
            },
        };
    }
    // `tokio_postgres` has no other way to tell these.
    match source.to_string().as_str() {
        "server does not support TLS" => Cause::NoTls,
        "password missing" => Cause::NoPassword,
        _ => Cause::Other,
    }
}

pub(super) fn is_forbidden(error: &io::Error) -> bool {
    // Without a number it is `target_session_attrs`: another server may become the one that allows writes.
    error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_some()
}

/// Whether what a server said is about this moment: it starts, stops, is full, or its own server (behind a pooler)
/// can't be reached.
fn passes(said: &DbError) -> bool {
    let code = said.code().code();
    match code {
        "57P01" | "57P02" | "57P03" => true,
        // pgbouncer says nearly everything with this one.
        "08P01" => {
            let lasting = [
                "no such",
                "unsupported",
                "authentication",
                "not allowed",
                "required",
            ];
            !lasting.iter().any(|part| said.message().contains(part))
        }
        code => ["08", "53", "58"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}
