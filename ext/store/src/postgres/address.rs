//! Where a PostgreSQL is and how it wants to be talked to: a URL, read once. Nothing is dialled here.

mod parameters;
mod places;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, Config, LoadBalanceHosts, SslMode};

pub(super) use parameters::Parameters;
pub(super) use places::Host;

use super::tls::TlsSettings;
use places::places;

/// What libpq leaves to the operating system, or to chance: a coordinator must notice a dead peer in seconds.
const DEFAULTS: [(&str, &str); 5] = [
    ("application_name", "tasker_core"),
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_retries", "3"),
];
const TCP_USER_TIMEOUT_MS: u64 = 15_000;

/// What is left to `tokio_postgres` once hosts and TLS are taken out.
const KEYS: [&str; 13] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];
const OTHER_KEYS: &str = "host, hostaddr, port, keepalives_count, tcp_user_timeout, sslmode, \
                          sslnegotiation, sslrootcert, sslcert, sslkey";

/// A PostgreSQL, or several of which one answers. Two are equal when their URLs are.
#[derive(Clone)]
pub struct Address {
    url: String,
    servers: Vec<Server>,
    tls: TlsSettings,
    dbname: Option<String>,
    shuffled: bool,
}

/// One of the places that an address names.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// All that `tokio_postgres` must know, but the host.
    pub(super) config: Config,
    pub(super) host: Host,
    pub(super) port: u16,
}

impl Address {
    /// Reads a `postgres://` or `postgresql://` URL; what it leaves out is taken from PGUSER and PGPASSWORD.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it and never shows a value that may be secret.
    pub fn parse(url: &str) -> Result<Address, String> {
        Address::parse_in(url, |name| std::env::var(name).ok())
    }

    /// As [`Address::parse`], in a given environment.
    fn parse_in(
        url: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Address, String> {
        let mut given = Parameters::read(url)?;
        let set = |name| environment(name).filter(|value| !value.is_empty());
        given.set_default("user", || set("PGUSER"));
        given.set_default("password", || set("PGPASSWORD"));
        let tls = TlsSettings::read(&mut given)?;
        let places = places(&mut given)?;
        if let Some(Host::Unix(folder)) = places
            .iter()
            .map(|(host, _)| host)
            .find(|host| host.is_unix())
            && tls.required()
        {
            return Err(format!(
                "sslmode={} can't be met through the Unix socket in {}; use sslmode=disable or a TCP host",
                tls.mode(),
                folder.display()
            ));
        }
        let config = session(given, &tls)?;
        let server = |(host, port): (Host, u16)| {
            let mut config = config.clone();
            if host.is_unix() {
                config.ssl_mode(SslMode::Disable);
            }
            Server { config, host, port }
        };
        Ok(Address {
            url: url.to_owned(),
            servers: places.into_iter().map(server).collect(),
            tls,
            dbname: config.get_dbname().map(str::to_owned),
            shuffled: config.get_load_balance_hosts() == LoadBalanceHosts::Random,
        })
    }

    /// Which database on which servers, for messages; no secrets.
    pub fn describe(&self) -> String {
        let places: Vec<String> = self.servers.iter().map(Server::to_string).collect();
        self.named(&places.join(", "))
    }

    /// As [`Address::describe`], for one of its servers.
    pub(super) fn describe_at(&self, server: &Server) -> String {
        self.named(&server.to_string())
    }

    fn named(&self, place: &str) -> String {
        match &self.dbname {
            Some(name) => format!("PostgreSQL database {name} at {place}"),
            None => format!("PostgreSQL at {place}"),
        }
    }

    /// What is agreed on TLS.
    pub(super) fn tls(&self) -> &TlsSettings {
        &self.tls
    }

    /// The servers, in the order in which they are tried if `turn` is drawn at random.
    pub(super) fn servers(&self, turn: u64) -> impl Iterator<Item = &Server> {
        let first = match (self.shuffled, u64::try_from(self.servers.len())) {
            (true, Ok(count)) => usize::try_from(turn % count.max(1)).unwrap_or(0),
            _ => 0,
        };
        let (before, after) = self.servers.split_at(first);
        after.iter().chain(before)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        self.url == other.url
    }
}

impl Eq for Address {}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `Config` leaves its password out; the URL holds it.
        f.debug_struct("Address")
            .field("servers", &self.servers)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port;
        match &self.host {
            Host::Tcp(name, _) if name.contains(':') => write!(f, "[{name}]:{port}"),
            Host::Tcp(name, _) => write!(f, "{name}:{port}"),
            Host::Unix(folder) => write!(f, "{}/.s.PGSQL.{port}", folder.display()),
        }
    }
}

/// What a session is, wherever it is.
fn session(mut given: Parameters, tls: &TlsSettings) -> Result<Config, String> {
    // libpq's name, and `tokio_postgres`'s.
    if let Some(count) = given.take("keepalives_count") {
        given.set("keepalives_retries", count);
    }
    for (key, value) in DEFAULTS {
        given.set_default(key, || Some(value.to_owned()));
    }
    // libpq counts it in milliseconds, `tokio_postgres` in seconds.
    let unacknowledged = match given.take("tcp_user_timeout") {
        Some(text) => text
            .parse()
            .map_err(|_| "tcp_user_timeout must be a whole number of milliseconds".to_owned())?,
        None => TCP_USER_TIMEOUT_MS,
    };
    if let Some(key) = given.beyond(&KEYS) {
        return Err(format!(
            "its key {key} is not known; known are {}, {OTHER_KEYS}",
            KEYS.join(", ")
        ));
    }
    let mut config: Config = given.quoted().parse().map_err(|error| refusal(&error))?;
    if unacknowledged > 0 {
        config.tcp_user_timeout(Duration::from_millis(unacknowledged));
    }
    if config.get_channel_binding() == ChannelBinding::Require && !tls.required() {
        return Err("channel_binding=require needs sslmode=require or stronger".to_owned());
    }
    tls.configure(&mut config);
    Ok(config)
}

/// `tokio_postgres` names the key and never the value.
fn refusal(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{source}; see libpq's documentation for what it may be"),
        None => error.to_string(),
    }
}
