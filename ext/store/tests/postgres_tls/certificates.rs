//! Servers' certificates that are out of the ordinary.

use crate::authority::{Authority, self_signed};
use crate::server::Server;
use crate::session::{assert_says, open, refusal};

#[test]
fn a_certificate_that_a_server_signed_itself_is_believed_where_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let identity = self_signed(folder.path(), &["localhost"]);
    let server = Server::with_tls(&identity, &identity.certificate);
    let root = identity.certificate.display();
    let at = |host, mode| {
        let query = format!("sslmode={mode}&sslrootcert={root}");
        open(&server, host, "tasker_test", &query)
    };
    for mode in ["require", "verify-ca", "verify-full"] {
        assert!(at("localhost", mode).expect(mode).has_tls(), "{mode}");
    }
    assert_says(
        &refusal(at("127.0.0.1", "verify-full")),
        &["another host name"],
    );

    let authority = Authority::new();
    let query = format!(
        "sslmode=verify-ca&sslrootcert={}",
        authority.file().display()
    );
    let message = refusal(open(&server, "localhost", "tasker_test", &query));
    assert_says(&message, &["certificate is an authority's", "sslrootcert"]);
}

#[test]
fn an_expired_certificate_is_refused_wherever_certificates_are_verified() {
    let authority = Authority::new();
    let identity = authority.expired_server(&["localhost"]);
    let server = Server::with_tls(&identity, &authority.file());
    let root = authority.file();
    for mode in ["require", "verify-ca", "verify-full"] {
        let query = format!("sslmode={mode}&sslrootcert={}", root.display());
        let message = refusal(open(&server, "localhost", "tasker_test", &query));
        assert_says(&message, &["localhost", "has expired"]);
    }
    let session = open(&server, "localhost", "tasker_test", "sslmode=require");
    assert!(session.expect("nobody asks").has_tls());
}
