//! A session with a PostgreSQL, from an address: each of its servers in turn, each under its own time limit, with
//! TLS as agreed.

mod error;
mod failed;
mod words;

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

pub(super) use error::DialError;

use super::address::{Address, Host, Server};
use failed::Failed;

/// A session that has begun.
pub(super) struct Dialled {
    /// By which statements are sent.
    pub(super) client: Client,
    /// What carries them, and must be driven for anything to happen.
    pub(super) connection: Wire,
}

/// The working half of a session; it is of the same type with TLS and without.
pub(super) struct Wire(Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>);

impl Wire {
    /// Carries statements until the session ends. Whoever sent one that can't be carried is told by its own error.
    pub(super) async fn drive(self) {
        if let Err(error) = self.0.await {
            log::debug!(
                "a connection to PostgreSQL ended: {}",
                failed::chain(&error)
            );
        }
    }

    /// Carries statements until the server has something to say of its own accord; `None` or an error is the end.
    pub(super) fn poll_message(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<AsyncMessage, tokio_postgres::Error>>> {
        self.0.poll_message(context)
    }
}

/// Begins a session. It needs a tokio runtime with I/O and time.
///
/// # Errors
/// [`DialError`], which says whether another try makes sense.
pub(super) async fn dial(address: &Address) -> Result<Dialled, DialError> {
    let useless = |why| DialError::useless(address, why);
    let tls = address.tls().connector().map_err(useless)?;
    let mut missed = Vec::new();
    for server in address.servers(RandomState::new().build_hasher().finish()) {
        match reach(server, &tls, address).await {
            Ok(dialled) => return Ok(dialled),
            Err(failed) if failed.may_pass() => missed.push((server, failed)),
            // As libpq: a server that answers and refuses ends the search.
            Err(failed) => return Err(DialError::refused(address, server, &failed)),
        }
    }
    Err(DialError::missed(address, &missed))
}

/// One server: each of its addresses in turn.
async fn reach(
    server: &Server,
    tls: &MakeRustlsConnect,
    address: &Address,
) -> Result<Dialled, Failed> {
    let limit = server.config.get_connect_timeout().copied();
    let mut last = Failed::NoAddress;
    for config in destinations(server, limit).await? {
        match negotiate(&config, tls, address, limit).await {
            Err(failed) if failed.may_pass() => last = failed,
            settled => return settled,
        }
    }
    Err(last)
}

/// Where to knock. Names are looked up here and not by `tokio_postgres`, so that an address that swallows packets
/// doesn't use up the time of the next one.
async fn destinations(server: &Server, limit: Option<Duration>) -> Result<Vec<Config>, Failed> {
    let mut config = server.config.clone();
    config.port(server.port);
    let (name, known) = match &server.host {
        Host::Unix(folder) => {
            config.host_path(folder);
            return Ok(vec![config]);
        }
        Host::Tcp(name, known) => (name, known),
    };
    config.host(name);
    let addresses: Vec<IpAddr> = match known {
        Some(address) => vec![*address],
        None => {
            let found = tokio::net::lookup_host((name.as_str(), server.port));
            let found = within(limit, found).await?.map_err(Failed::Lookup)?;
            found.map(|address| address.ip()).collect()
        }
    };
    let at = |address| {
        let mut config = config.clone();
        config.hostaddr(address);
        config
    };
    Ok(addresses.into_iter().map(at).collect())
}

/// With TLS, and without where that is allowed and the server wants it so.
async fn negotiate(
    config: &Config,
    tls: &MakeRustlsConnect,
    address: &Address,
    limit: Option<Duration>,
) -> Result<Dialled, Failed> {
    match attempt(config, tls, limit).await {
        Err(failed)
            if config.get_ssl_mode() == SslMode::Prefer
                && address.tls().may_do_without()
                && failed.is_about_tls() =>
        {
            let mut plain = config.clone();
            plain.ssl_mode(SslMode::Disable);
            // Where it isn't any better without, the first answer says more.
            let Ok(dialled) = attempt(&plain, tls, limit).await else {
                return Err(failed);
            };
            log::warn!(
                "{} is talked to without TLS (sslmode=prefer): {}",
                address.describe(),
                failed.detail()
            );
            Ok(dialled)
        }
        settled => settled,
    }
}

async fn attempt(
    config: &Config,
    tls: &MakeRustlsConnect,
    limit: Option<Duration>,
) -> Result<Dialled, Failed> {
    let connected = within(limit, config.connect(tls.clone())).await?;
    let (client, connection) = connected.map_err(Failed::Said)?;
    let connection = Wire(connection);
    Ok(Dialled { client, connection })
}

/// `tokio_postgres` limits the time to the socket alone; a stopped server accepts and says nothing.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Result<T, Failed> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future)
            .await
            .map_err(|_| Failed::TimedOut(limit)),
        None => Ok(future.await),
    }
}
