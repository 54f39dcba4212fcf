use std::fs;
use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::*;
use crate::postgres::address::Address;

/// A certificate and its key in PEM, and what they are not, in a folder.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { folder };
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        files.put("cert.pem", &certificate.pem());
        files.put("key.pem", &key.serialize_pem());
        files.put("other.pem", &KeyPair::generate().unwrap().serialize_pem());
        files.put("empty.pem", "");
        files.put("cut.pem", &certificate.pem()[..200]);
        files.put(
            "wrong.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        );
        files.put(
            "locked.pem",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        );
        files
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A URL's query in which `{name}` stands for the path of a file.
    fn query(&self, query: &str) -> String {
        let folder = self.folder.path().display().to_string();
        query.replace('{', &format!("{folder}/")).replace('}', "")
    }

    fn connector(&self, query: &str) -> Result<(), String> {
        read(&self.query(query)).unwrap().connector().map(drop)
    }
}

fn read(query: &str) -> Result<TlsSettings, String> {
    let address = Address::parse(&format!("postgres://db/x?{query}"))?;
    Ok(address.tls().clone())
}

#[test]
fn a_mode_decides_who_is_believed() {
    let file = || Some(Roots::File("/ca.pem".into()));
    let cases = [
        ("", Mode::Prefer, None),
        ("sslmode=prefer", Mode::Prefer, None),
        ("sslmode=disable", Mode::Disable, None),
        ("sslmode=require", Mode::Require, None),
        ("sslmode=require&sslrootcert=/ca.pem", Mode::Require, file()),
        (
            "sslmode=verify-ca&sslrootcert=/ca.pem",
            Mode::VerifyCa,
            file(),
        ),
        (
            "sslmode=verify-full&sslrootcert=/ca.pem",
            Mode::VerifyFull,
            file(),
        ),
        ("sslmode=verify-full", Mode::VerifyFull, Some(Roots::System)),
        (
            "sslmode=verify-full&sslrootcert=system",
            Mode::VerifyFull,
            Some(Roots::System),
        ),
        ("sslrootcert=system", Mode::VerifyFull, Some(Roots::System)),
    ];
    for (query, mode, roots) in cases {
        let settings = read(query).unwrap();
        assert_eq!((settings.mode, settings.roots), (mode, roots), "{query}");
    }
}

#[test]
fn only_a_server_that_nobody_wanted_verified_may_do_without_tls() {
    assert!(read("").unwrap().may_do_without());
    for query in ["sslrootcert=/ca.pem", "sslmode=require", "sslmode=disable"] {
        assert!(!read(query).unwrap().may_do_without(), "{query}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let cases = [
        ("sslmode=yes", "sslmode must be"),
        ("sslmode=allow", "sslmode=allow"),
        ("sslmode=verify-ca", "needs sslrootcert"),
        ("sslmode=verify-ca&sslrootcert=system", "too weak"),
        ("sslmode=require&sslrootcert=system", "too weak"),
        ("sslcert=/c.pem", "sslcert needs sslkey"),
        ("sslkey=/k.pem", "sslkey needs sslcert"),
        ("sslpassword=hunter2", "sslpassword isn't supported"),
        ("sslcrl=/crl.pem", "sslcrl isn't supported"),
        ("ssl=true", "use sslmode"),
        ("sslnegotiation=direct", "sslmode=require or stronger"),
        (
            "sslnegotiation=never&sslmode=require",
            "sslnegotiation must be",
        ),
    ];
    for (query, expected) in cases {
        let why = read(query).map(|_| ()).unwrap_err();
        assert!(
            why.contains(expected) && !why.contains("hunter2"),
            "{query}: {why}"
        );
    }
}

#[test]
fn certificates_and_keys_are_read_from_pem_files() {
    let files = Files::new();
    files
        .connector("sslmode=verify-full&sslrootcert={cert.pem}")
        .unwrap();
    files
        .connector("sslcert={cert.pem}&sslkey={key.pem}")
        .unwrap();
    files
        .connector("sslmode=require&sslnegotiation=direct&sslrootcert={cert.pem}")
        .unwrap();
    let two = format!(
        "a line of text\n{0}{0}",
        fs::read_to_string(files.path("cert.pem")).unwrap()
    );
    files.put("two.pem", &two);
    assert_eq!(
        files::chain("sslrootcert", &files.path("two.pem"))
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_file_that_will_not_do_is_named_with_its_key() {
    let files = Files::new();
    let cases = [
        (
            "sslrootcert={none.pem}",
            "sslrootcert={none.pem} can't be read: No such file",
        ),
        ("sslrootcert={}", "sslrootcert={} can't be read"),
        (
            "sslrootcert={empty.pem}",
            "sslrootcert={empty.pem} holds no certificate",
        ),
        (
            "sslrootcert={key.pem}",
            "sslrootcert={key.pem} holds no certificate",
        ),
        (
            "sslrootcert={cut.pem}",
            "sslrootcert={cut.pem} isn't a PEM file",
        ),
        (
            "sslrootcert={wrong.pem}",
            "sslrootcert={wrong.pem} holds a certificate that can't be used",
        ),
        (
            "sslcert={none.pem}&sslkey={key.pem}",
            "sslcert={none.pem} can't be read",
        ),
        (
            "sslcert={cert.pem}&sslkey={none.pem}",
            "sslkey={none.pem} can't be read",
        ),
        (
            "sslcert={cert.pem}&sslkey={cert.pem}",
            "sslkey={cert.pem} holds no private key",
        ),
        (
            "sslcert={cert.pem}&sslkey={locked.pem}",
            "sslkey={locked.pem} is encrypted",
        ),
        (
            "sslcert={cert.pem}&sslkey={other.pem}",
            "sslcert={cert.pem} and sslkey={other.pem} don't go together",
        ),
    ];
    for (query, expected) in cases {
        let why = files.connector(query).unwrap_err();
        assert!(why.contains(&files.query(expected)), "{query}: {why}");
    }
}

#[test]
fn without_tls_no_file_is_read() {
    let files = Files::new();
    let missing = "sslrootcert={none.pem}&sslcert={none.pem}&sslkey={none.pem}";
    files
        .connector(&format!("sslmode=disable&{missing}"))
        .unwrap();
}
