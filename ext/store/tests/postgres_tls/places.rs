//! Several servers, several addresses, and sockets that are files.

use std::net::TcpListener;

use crate::server::{SHARED, Shared};
use crate::session::{assert_says, open_at, silence};

/// A port at which nobody listens.
fn deserted() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

#[test]
fn the_next_server_is_tried_where_one_is_gone_or_silent() {
    let Shared { server, .. } = &*SHARED;
    let (user, password, port) = (&server.user, &server.password, server.port);
    let at = |hosts: &str| {
        let url = format!("postgres://{user}:{password}@{hosts}/tasker_test?connect_timeout=1");
        open_at(server, &url)
    };
    let gone = format!("127.0.0.1:{}", deserted());
    assert!(
        at(&format!("{gone},127.0.0.1:{port}"))
            .expect("the second")
            .has_tls()
    );
    // It is accepted by the system, and nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!(
        "127.0.0.1:{}",
        silent.local_addr().expect("its address").port()
    );
    assert!(
        at(&format!("{silent},localhost:{port}"))
            .expect("the second")
            .has_tls()
    );
    assert_says(
        &silence(at(&format!("{gone},{silent}"))),
        &[&gone, &silent, "connection refused"],
    );
    assert_says(
        &silence(at("no-such-host.invalid:5432")),
        &["no-such-host.invalid", "looked up"],
    );
}

#[test]
fn a_socket_that_is_a_file_is_talked_to_without_tls() {
    let Shared { server, .. } = &*SHARED;
    let folder = server.say("folder");
    let (user, password, port) = (&server.user, &server.password, server.port);
    let at = |folder: &str| {
        let query = format!("host={folder}&port={port}");
        open_at(
            server,
            &format!("postgres://{user}:{password}@/tasker_test?{query}"),
        )
    };
    assert!(!at(&folder).expect("its folder").has_tls());
    assert!(
        !at(&folder.replace('/', "%2F"))
            .expect("its folder")
            .has_tls()
    );
    assert_says(
        &silence(at("/nowhere")),
        &["/nowhere/.s.PGSQL", "isn't there"],
    );
}
