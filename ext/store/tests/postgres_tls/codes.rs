//! What a server says as it turns us away, and whether it may change its mind: said here by a server that says
//! nothing else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use tasker_store::{Options, StoreError, Target};

/// Code, words, whether another try makes sense, and what a user is told to do.
const SAID: [(&str, &str, bool, &str); 13] = [
    (
        "57P01",
        "terminating connection due to administrator command",
        true,
        "come back",
    ),
    (
        "57P02",
        "terminating connection because of crash",
        true,
        "come back",
    ),
    (
        "57P03",
        "the database system is starting up",
        true,
        "wait for it",
    ),
    (
        "53300",
        "sorry, too many clients already",
        true,
        "max_connections",
    ),
    ("53200", "out of memory", true, "log"),
    ("08006", "connection failure", true, "log"),
    (
        "08P01",
        "server login has been failing, try again later",
        true,
        "log",
    ),
    ("08P01", "no such database: app", false, "log"),
    ("08P01", "SASL authentication failed", false, "password"),
    (
        "28000",
        "no pg_hba.conf entry for host \"10.0.0.1\"",
        false,
        "pg_hba.conf",
    ),
    (
        "28P01",
        "password authentication failed for user \"ann\"",
        false,
        "password",
    ),
    (
        "3D000",
        "database \"app\" does not exist",
        false,
        "create it",
    ),
    (
        "42501",
        "permission denied for database \"app\"",
        false,
        "CONNECT",
    ),
];

#[test]
fn another_try_is_made_where_the_server_may_change_its_mind() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let server = std::thread::spawn(move || {
        for (code, words, ..) in SAID {
            let (stream, _) = listener.accept().expect("a client");
            turn_away(stream, code, words);
        }
    });
    let target = Target::parse(&format!(
        "postgres://ann:hunter2@127.0.0.1:{port}/app?sslmode=disable"
    ));
    let target = target.expect("a URL");
    let options = Options {
        busy_timeout_ms: 1,
        ..Options::default()
    };
    for (code, words, passes, advice) in SAID {
        let Err(error) = tasker_store::open(&target, &options) else {
            panic!("{code} let us in")
        };
        let waited = matches!(error, StoreError::Unreachable { .. });
        let refused = matches!(error, StoreError::Refusing { .. });
        assert_eq!((waited, refused), (passes, !passes), "{code}: {error:?}");
        let message = error.to_string();
        for part in [words, advice, "database app at 127.0.0.1"] {
            assert!(message.contains(part), "{code}: {message}");
        }
        assert!(!message.contains("hunter2"), "{message}");
    }
    server.join().expect("the server");
}

/// Hears a client out, and answers with an error.
fn turn_away(mut stream: TcpStream, code: &str, words: &str) {
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("a length");
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut rest).expect("a greeting");
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{words}\0\0");
    let length = u32::try_from(fields.len() + 4).expect("a short message");
    stream.write_all(b"E").expect("an answer");
    stream.write_all(&length.to_be_bytes()).expect("an answer");
    stream.write_all(fields.as_bytes()).expect("an answer");
}
