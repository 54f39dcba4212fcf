//! What a store's session with a server is like, by what the server says of it.

use std::sync::atomic::{AtomicU32, Ordering};

use tasker_store::{Options, Store, StoreError, Target};

use crate::server::Server;

static SESSIONS: AtomicU32 = AtomicU32::new(0);

/// A store that is open, and a server that knows it.
pub struct Session<'a> {
    server: &'a Server,
    name: String,
    _store: Box<dyn Store>,
}

/// Opens a store on a server's database.
pub fn open<'a>(
    server: &'a Server,
    host: &str,
    database: &str,
    query: &str,
) -> Result<Session<'a>, StoreError> {
    open_at(server, &server.url(host, database, query))
}

/// Opens a store at a URL with a query; a schema and a name of its own keep it from the others.
pub fn open_at<'a>(server: &'a Server, url: &str) -> Result<Session<'a>, StoreError> {
    let number = SESSIONS.fetch_add(1, Ordering::Relaxed);
    let name = format!("session_{number}");
    let target = Target::parse(&format!("{url}&application_name={name}")).expect("a URL");
    let options = Options {
        busy_timeout_ms: 1,
        schema: name.clone(),
        ..Options::default()
    };
    tasker_store::open(&target, &options).map(|store| Session {
        server,
        name,
        _store: store,
    })
}

impl Session<'_> {
    /// Whether it is over TLS.
    pub fn has_tls(&self) -> bool {
        match self.ask("ssl").as_str() {
            "t" => true,
            "f" => false,
            other => panic!("the server doesn't know {}: {other:?}", self.name),
        }
    }

    /// The name in the client's certificate.
    pub fn client(&self) -> String {
        self.ask("client_dn")
    }

    fn ask(&self, what: &str) -> String {
        self.server.say(&format!(
            "ask select distinct {what} from pg_stat_ssl join pg_stat_activity using (pid) \
             where application_name = '{}'",
            self.name
        ))
    }
}

/// What a user is told by a server that refuses; trying again makes no sense.
pub fn refusal(opened: Result<Session<'_>, StoreError>) -> String {
    match opened {
        Err(error @ StoreError::Refusing { .. }) => error.to_string(),
        Err(error) => panic!("not a refusal: {error:?}"),
        Ok(session) => panic!("{} was let in", session.name),
    }
}

/// What a user is told where nobody answers; it was tried again for as long as was allowed.
pub fn silence(opened: Result<Session<'_>, StoreError>) -> String {
    match opened {
        Err(error @ StoreError::Unreachable { .. }) => error.to_string(),
        Err(error) => panic!("not a silence: {error:?}"),
        Ok(session) => panic!("{} was let in", session.name),
    }
}

/// Asserts that a message holds all of these.
pub fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} isn't in {message:?}");
    }
}
