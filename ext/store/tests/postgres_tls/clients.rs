//! Clients that a server knows by their certificates.

use crate::authority::{Authority, Identity};
use crate::server::{SHARED, Shared};
use crate::session::{assert_says, open, refusal};

fn query(client: &Identity) -> String {
    format!(
        "sslmode=require&sslcert={}&sslkey={}",
        client.certificate.display(),
        client.key.display()
    )
}

#[test]
fn a_client_is_let_in_by_its_certificate() {
    let Shared { server, authority } = &*SHARED;
    let client = authority.client(&server.user);
    let session = open(server, "localhost", "certified", &query(&client));
    assert_eq!(session.expect("its certificate").client(), "/CN=tasker");
}

#[test]
fn a_client_without_a_certificate_is_refused_where_one_is_needed() {
    let Shared { server, .. } = &*SHARED;
    let opened = open(server, "localhost", "certified", "sslmode=require");
    assert_says(
        &refusal(opened),
        &["certified", "client certificate", "pg_hba.conf"],
    );
}

#[test]
fn a_client_of_another_name_or_authority_is_refused() {
    let Shared { server, authority } = &*SHARED;
    let another = authority.client("another");
    let opened = open(server, "localhost", "certified", &query(&another));
    assert_says(&refusal(opened), &["certificate authentication failed"]);
    let strange = Authority::new();
    let stranger = strange.client(&server.user);
    let opened = open(server, "localhost", "certified", &query(&stranger));
    assert_says(&refusal(opened), &["sslcert and sslkey", "ssl_ca_file"]);
}
