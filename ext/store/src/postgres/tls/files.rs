//! Certificates and keys, from PEM files.

use std::path::Path;

use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// All certificates of a file, in their order; at least one.
///
/// # Errors
/// A sentence that names the key of the URL and the file.
pub(super) fn chain(key: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(key, path)?;
    let found: Result<Vec<_>, Error> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => Err(format!(
            "{key}={} holds no certificate; it must be a PEM file with -----BEGIN CERTIFICATE-----",
            path.display()
        )),
        Err(error) => Err(format!(
            "{key}={} isn't a PEM file: {error}",
            path.display()
        )),
    }
}

/// The private key of a file.
///
/// # Errors
/// A sentence that names the key of the URL and the file.
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let text = read("sslkey", path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        let encrypted = String::from_utf8_lossy(&text).contains("ENCRYPTED");
        match error {
            _ if encrypted => format!(
                "sslkey={} is encrypted, which isn't supported; store it unencrypted (openssl pkey) with \
                 permissions 0600",
                path.display()
            ),
            Error::NoItemsFound => format!(
                "sslkey={} holds no private key; it must be a PEM file with -----BEGIN PRIVATE KEY-----",
                path.display()
            ),
            // What follows may quote the file, which is secret.
            _ => format!("sslkey={} isn't a PEM file", path.display()),
        }
    })
}

fn read(key: &str, path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| {
        format!(
            "{key}={} can't be read: {error}; check its path and permissions",
            path.display()
        )
    })
}
