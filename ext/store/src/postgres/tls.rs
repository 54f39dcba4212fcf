//! TLS as libpq has it, through rustls: who is believed, and who we say we are.

mod files;
mod settings;
#[cfg(test)]
mod tests;
mod verify;

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

pub(super) use settings::TlsSettings;

use settings::{Mode, Roots};
use verify::{ByAuthority, Unverified};

/// What PostgreSQL calls itself where the handshake comes first.
const PROTOCOL: &[u8] = b"postgresql";

impl TlsSettings {
    /// Reads the files and makes ready to shake hands.
    ///
    /// # Errors
    /// A sentence that names the key of the URL and the file.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, String> {
        // A process may hold other users of rustls: its default provider is theirs to choose.
        let provider = Arc::new(default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS can't be set up: {error}"))?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier(provider)?);
        let mut config = match self.client.as_ref().filter(|_| self.mode > Mode::Disable) {
            Some((certificate, key)) => builder
                .with_client_auth_cert(files::chain("sslcert", certificate)?, files::key(key)?)
                .map_err(|error| {
                    format!(
                        "sslcert={} and sslkey={} don't go together: {error}",
                        certificate.display(),
                        key.display()
                    )
                })?,
            None => builder.with_no_client_auth(),
        };
        if self.direct {
            config.alpn_protocols = vec![PROTOCOL.to_vec()];
        }
        Ok(MakeRustlsConnect::new(config))
    }

    fn verifier(
        &self,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let named = self.mode == Mode::VerifyFull;
        let (trusted, roots) = match &self.roots {
            // `disable` never comes to a handshake, and its files may not even be there.
            _ if self.mode == Mode::Disable => return Ok(Arc::new(Unverified::new(provider))),
            None => return Ok(Arc::new(Unverified::new(provider))),
            Some(Roots::System) => (Vec::new(), system()?),
            Some(Roots::File(path)) => {
                let trusted = files::chain("sslrootcert", path)?;
                let mut roots = RootCertStore::empty();
                for certificate in &trusted {
                    roots.add(certificate.clone()).map_err(|error| {
                        format!(
                            "sslrootcert={} holds a certificate that can't be used: {error}",
                            path.display()
                        )
                    })?;
                }
                (trusted, roots)
            }
        };
        Ok(Arc::new(ByAuthority::new(provider, roots, trusted, named)))
    }
}

fn system() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        log::warn!("some of the system's certificates can't be read: {error}");
    }
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(
            "the system's certificates can't be found; install ca-certificates, or name a file in sslrootcert"
                .to_owned(),
        );
    }
    Ok(roots)
}
