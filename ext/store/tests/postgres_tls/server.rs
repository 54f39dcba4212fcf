//! A PostgreSQL of the tests' own: `test/support/postgres_server.rb` runs it as long as its standard input is open.

use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::authority::{Authority, Identity};
use crate::program::Program;

/// A server, and the URL's parts.
pub struct Server {
    program: Mutex<Program>,
    pub user: String,
    pub password: String,
    pub port: u16,
}

/// The server that most tests share, and who vouches for it.
pub struct Shared {
    pub server: Server,
    pub authority: Authority,
}

/// Its database for each way of letting clients in; `tasker_test` takes them with TLS and without.
const DATABASES: [&str; 3] = ["plain_only", "tls_only", "certified"];
const HBA: [&str; 5] = [
    "hostssl plain_only all all reject",
    "hostnossl tls_only all all reject",
    "hostssl certified all all cert",
    "hostnossl certified all all reject",
    "local certified all reject",
];

/// Started on first use; it ends with the process, whose end of the pipe closes then.
pub static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let authority = Authority::new();
    let server = Server::with_tls(&authority.server(&["localhost"]), &authority.file());
    for database in DATABASES {
        server.say(&format!("sql create database {database} owner tasker"));
    }
    Shared { server, authority }
});

impl Server {
    /// Without TLS.
    pub fn plain() -> Server {
        Server::start(&[])
    }

    /// With a certificate, and an authority for its clients'.
    pub fn with_tls(identity: &Identity, authority: &Path) -> Server {
        let path = |path: &Path| path.display().to_string();
        let mut arguments = vec![
            "--tls-cert".to_owned(),
            path(&identity.certificate),
            "--tls-key".to_owned(),
            path(&identity.key),
            "--tls-ca".to_owned(),
            path(authority),
        ];
        for line in HBA {
            arguments.extend(["--hba".to_owned(), line.to_owned()]);
        }
        Server::start(&arguments)
    }

    fn start(arguments: &[String]) -> Server {
        let program = Program::start(arguments);
        let url = program.url().to_owned();
        let rest = url.trim_start_matches("postgres://");
        let parts: Vec<&str> = rest.split([':', '@', '/']).collect();
        let [user, password, _host, port, _database] = parts[..] else {
            panic!("no URL of a PostgreSQL (run bin/setup): {url:?}")
        };
        Server {
            program: Mutex::new(program),
            user: user.to_owned(),
            password: password.to_owned(),
            port: port.parse().expect("a port"),
        }
    }

    /// Has it do something, and waits until it is done: what it answers.
    pub fn say(&self, order: &str) -> String {
        // A test that fails in the middle of an order mustn't fail the others.
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        program.tell(order)
    }

    /// Its URL by that host, with that query.
    pub fn url(&self, host: &str, database: &str, query: &str) -> String {
        let (user, password, port) = (&self.user, &self.password, self.port);
        format!("postgres://{user}:{password}@{host}:{port}/{database}?{query}")
    }
}
