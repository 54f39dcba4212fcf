//! What each `sslmode` promises.

use std::process::Command;

use tasker_store::{Options, Target};

use crate::authority::Authority;
use crate::server::{SHARED, Server, Shared};
use crate::session::{assert_says, open, open_at, refusal};

fn query(mode: &str, authority: &Authority) -> String {
    format!("sslmode={mode}&sslrootcert={}", authority.file().display())
}

#[test]
fn each_mode_has_tls_or_not_as_it_says() {
    let Shared { server, authority } = &*SHARED;
    let has_tls = |query: &str| {
        let session = open(server, "localhost", "tasker_test", query);
        session
            .unwrap_or_else(|error| panic!("{query}: {error}"))
            .has_tls()
    };
    assert!(!has_tls("sslmode=disable"));
    assert!(!has_tls(&query("disable", authority)));
    assert!(has_tls(""));
    assert!(has_tls("sslmode=prefer"));
    assert!(has_tls("sslmode=require"));
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        assert!(has_tls(&query(mode, authority)), "{mode}");
    }
}

#[test]
fn a_server_of_another_authority_is_refused_wherever_one_is_named() {
    let Shared { server, .. } = &*SHARED;
    let other = Authority::new();
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        let opened = open(server, "localhost", "tasker_test", &query(mode, &other));
        let message = refusal(opened);
        assert_says(&message, &["localhost", "tasker_test", "sslrootcert"]);
        assert!(!message.contains(&server.password), "{message}");
    }
}

#[test]
fn a_server_under_another_name_is_refused_by_verify_full_alone() {
    let Shared { server, authority } = &*SHARED;
    let by_address = |mode| open(server, "127.0.0.1", "tasker_test", &query(mode, authority));
    assert!(
        by_address("verify-ca")
            .expect("the chain is right")
            .has_tls()
    );
    assert!(by_address("require").expect("the chain is right").has_tls());
    let message = refusal(by_address("verify-full"));
    assert_says(&message, &["127.0.0.1", "another host name", "verify-ca"]);
}

#[test]
fn the_name_counts_and_not_the_address_where_both_are_given() {
    let Shared { server, authority } = &*SHARED;
    let query = query("verify-full", authority);
    let at = |host| {
        open(
            server,
            host,
            "tasker_test",
            &format!("{query}&hostaddr=127.0.0.1"),
        )
    };
    assert!(at("localhost").expect("its name").has_tls());
    assert_says(
        &refusal(at("db.example")),
        &["db.example", "another host name"],
    );
}

#[test]
fn an_address_can_be_verified_where_the_certificate_has_it() {
    let authority = Authority::new();
    let identity = authority.server(&["127.0.0.1"]);
    let server = Server::with_tls(&identity, &authority.file());
    let query = query("verify-full", &authority);
    let session = open(&server, "127.0.0.1", "tasker_test", &query);
    assert!(session.expect("its address").has_tls());
    let by_hostaddr = server.url("", "tasker_test", &format!("{query}&hostaddr=127.0.0.1"));
    let session = open_at(&server, &by_hostaddr);
    assert!(session.expect("its address").has_tls());
}

#[test]
fn an_authority_that_only_we_know_is_none_of_the_systems() {
    let Shared { server, .. } = &*SHARED;
    for query in ["sslmode=verify-full", "sslrootcert=system"] {
        let opened = open(server, "localhost", "tasker_test", query);
        assert_says(&refusal(opened), &["localhost", "sslrootcert"]);
    }
}

/// Tells a child of this process, for which other authorities are the system's, what to open.
const URL_FOR_CHILD: &str = "POSTGRES_TLS_URL";

#[test]
fn without_a_root_certificate_verify_full_relies_on_the_systems_authorities() {
    let name =
        "verification::without_a_root_certificate_verify_full_relies_on_the_systems_authorities";
    let Some(url) = std::env::var_os(URL_FOR_CHILD) else {
        let Shared { server, authority } = &*SHARED;
        let url = server.url("localhost", "tasker_test", "sslmode=verify-full");
        let run = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", name])
            .env(URL_FOR_CHILD, url)
            .env("SSL_CERT_FILE", authority.file())
            .output()
            .expect("this program");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}");
        return;
    };
    let target = Target::parse(&url.to_string_lossy()).expect("a URL");
    let options = Options {
        schema: "believing".to_owned(),
        ..Options::default()
    };
    tasker_store::open(&target, &options).expect("the system's authorities know ours");
}

#[test]
fn a_password_can_be_bound_to_the_servers_certificate() {
    let Shared { server, .. } = &*SHARED;
    let query = "sslmode=require&channel_binding=require";
    let session = open(server, "localhost", "tasker_test", query);
    assert!(session.expect("SCRAM over TLS").has_tls());
}
