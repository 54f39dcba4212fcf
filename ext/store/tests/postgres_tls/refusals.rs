//! What is said where there is no session, and whether it was worth another try.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::server::{SHARED, Server, Shared};
use crate::session::{assert_says, open, open_at, refusal, silence};

#[test]
fn a_server_without_tls_is_talked_to_only_where_that_is_allowed() {
    let server = Server::plain();
    let at = |mode: &str| {
        open(
            &server,
            "localhost",
            "tasker_test",
            &format!("sslmode={mode}"),
        )
    };
    for mode in ["disable", "prefer"] {
        assert!(!at(mode).expect(mode).has_tls(), "{mode}");
    }
    for mode in ["require", "verify-full"] {
        assert_says(&refusal(at(mode)), &["has no TLS", "sslmode"]);
    }
}

#[test]
fn prefer_does_without_tls_where_the_server_admits_only_that() {
    let Shared { server, .. } = &*SHARED;
    let at = |database, mode: &str| open(server, "localhost", database, &format!("sslmode={mode}"));
    assert!(!at("plain_only", "prefer").expect("without").has_tls());
    assert!(!at("plain_only", "disable").expect("without").has_tls());
    assert_says(&refusal(at("plain_only", "require")), &["pg_hba.conf"]);
    assert!(at("tls_only", "prefer").expect("with").has_tls());
    assert_says(&refusal(at("tls_only", "disable")), &["pg_hba.conf"]);
}

#[test]
fn a_wrong_password_or_database_is_refused_without_another_try() {
    let Shared { server, .. } = &*SHARED;
    let port = server.port;
    let with = |password: &str| {
        let url =
            format!("postgres://tasker{password}@localhost:{port}/tasker_test?sslmode=require");
        refusal(open_at(server, &url))
    };
    let message = with(":hunter2");
    assert_says(
        &message,
        &["localhost", "tasker_test", "check user and password"],
    );
    assert!(!message.contains("hunter2"), "{message}");
    let opened = open(server, "localhost", "nowhere", "");
    assert_says(
        &refusal(opened),
        &["nowhere", "does not exist", "create it"],
    );
}

#[test]
fn a_server_that_stops_is_waited_for() {
    let server = Server::plain();
    let url = server.url("127.0.0.1", "tasker_test", "connect_timeout=1");
    drop(open_at(&server, &url).expect("it runs"));
    server.say("pause");
    assert_says(
        &silence(open_at(&server, &url)),
        &["didn't answer within 1 s"],
    );
    server.say("resume");
    server.say("stop");
    assert_says(&silence(open_at(&server, &url)), &["connection refused"]);
    server.say("start");
    assert!(!open_at(&server, &url).expect("it runs again").has_tls());
}

#[test]
fn a_server_that_is_full_is_waited_for() {
    let server = Server::plain();
    server.say("sql alter role tasker connection limit 0");
    let opened = open(&server, "localhost", "tasker_test", "");
    assert_says(
        &silence(opened),
        &["too many connections", "database_pool_size"],
    );
}

#[test]
fn whoever_is_no_postgresql_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let stranger = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut length = [0; 4];
            stream.read_exact(&mut length).expect("a length");
            // All of it: what is left unread resets the connection, and the answer with it.
            let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
            stream.read_exact(&mut rest).expect("a greeting");
            // Not a word of PostgreSQL's: no message is shorter than its own length.
            stream.write_all(b"X\0\0\0\0").expect("an answer");
        }
    });
    let Shared { server, .. } = &*SHARED;
    let at = |mode| {
        open_at(
            server,
            &format!("postgres://tasker:x@127.0.0.1:{port}/app?sslmode={mode}"),
        )
    };
    assert_says(&refusal(at("require")), &["app at 127.0.0.1", "no TLS"]);
    assert_says(
        &refusal(at("disable")),
        &["app at 127.0.0.1", "host and port"],
    );
    stranger.join().expect("the stranger");
}
