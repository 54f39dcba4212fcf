//! Certificates, made here.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;

/// An authority, and all that it has vouched for, in a folder.
pub struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, as files.
pub struct Identity {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    pub fn new() -> Authority {
        let folder = tempfile::tempdir().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let params = as_authority(params("an authority", &[]));
        let own = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("ca.pem"), own.pem()).expect("a file");
        let issuer = Issuer::new(params, key);
        Authority { folder, issuer }
    }

    /// The file with its own certificate.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// For a server of these names.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.vouch_for(params("a server", names), "server")
    }

    /// As [`Authority::server`], of a time that is over.
    pub fn expired_server(&self, names: &[&str]) -> Identity {
        let mut params = params("a server", names);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
        self.vouch_for(params, "expired")
    }

    /// For a client: PostgreSQL takes the common name for the user's.
    pub fn client(&self, user: &str) -> Identity {
        let mut params = params(user, &[]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.vouch_for(params, user)
    }

    fn vouch_for(&self, params: CertificateParams, name: &str) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        write(self.folder.path(), name, &certificate, &key)
    }
}

/// What `openssl req -x509` makes: signed by itself, and calling itself an authority.
pub fn self_signed(folder: &Path, names: &[&str]) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let params = as_authority(params("a server", names));
    let certificate = params.self_signed(&key).expect("a certificate");
    write(folder, "self", &certificate, &key)
}

fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn as_authority(mut params: CertificateParams) -> CertificateParams {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params
}

fn write(folder: &Path, name: &str, certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
    let identity = Identity {
        certificate: folder.join(format!("{name}.pem")),
        key: folder.join(format!("{name}.key")),
    };
    std::fs::write(&identity.certificate, certificate.pem()).expect("a file");
    std::fs::write(&identity.key, key.serialize_pem()).expect("a file");
    identity
}
