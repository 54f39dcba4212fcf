//! What a URL says about TLS, and what of it contradicts itself.

use std::fmt;
use std::path::PathBuf;

use tokio_postgres::config::{Config, SslMode, SslNegotiation};

use crate::postgres::address::Parameters;

/// libpq's words, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Never.
    Disable,
    /// Where the server has it.
    Prefer,
    /// Always; with whom isn't checked, unless there is a root certificate.
    Require,
    /// With a server that a known authority vouches for.
    VerifyCa,
    /// And that has the name by which it was called.
    VerifyFull,
}

/// Whom to believe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// Those whom the operating system believes.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// TLS, as a URL asks for it. Files are read when a server is dialled: a renewed certificate is used from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsSettings {
    pub(super) mode: Mode,
    pub(super) roots: Option<Roots>,
    /// Certificate and key, by which the server knows the client.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    /// Whether the handshake begins without asking whether there is TLS (PostgreSQL 17 and later).
    pub(super) direct: bool,
}

impl TlsSettings {
    /// Takes the keys of TLS out of a URL.
    ///
    /// # Errors
    /// A sentence that says which of them are wrong, or don't go together.
    pub(crate) fn read(given: &mut Parameters) -> Result<TlsSettings, String> {
        refuse_what_is_not_supported(given)?;
        let roots = given.take("sslrootcert").map(|path| match path.as_str() {
            "system" => Roots::System,
            path => Roots::File(path.into()),
        });
        let mode = mode(given, roots.as_ref())?;
        let roots = match (roots, mode) {
            (None, Mode::VerifyFull) => Some(Roots::System),
            (roots, _) => roots,
        };
        let direct = match given.take("sslnegotiation").as_deref() {
            None | Some("postgres") => false,
            Some("direct") if mode < Mode::Require => {
                return Err("sslnegotiation=direct needs sslmode=require or stronger".to_owned());
            }
            Some("direct") => true,
            Some(_) => return Err("sslnegotiation must be postgres or direct".to_owned()),
        };
        let client = client(given)?;
        Ok(TlsSettings {
            mode,
            roots,
            client,
            direct,
        })
    }

    /// Whether a server without TLS won't do.
    pub(crate) fn required(&self) -> bool {
        self.mode >= Mode::Require
    }

    /// How strict it is.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether a server whose TLS fails may be talked to without: nothing was to be verified.
    pub(crate) fn may_do_without(&self) -> bool {
        self.mode == Mode::Prefer && self.roots.is_none()
    }

    /// Tells `tokio_postgres`, which knows three modes; what is verified is decided elsewhere.
    pub(crate) fn configure(&self, config: &mut Config) {
        config.ssl_mode(match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        if self.direct {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Disable => "disable",
            Mode::Prefer => "prefer",
            Mode::Require => "require",
            Mode::VerifyCa => "verify-ca",
            Mode::VerifyFull => "verify-full",
        })
    }
}

fn mode(given: &mut Parameters, roots: Option<&Roots>) -> Result<Mode, String> {
    let mode = match given.take("sslmode").as_deref() {
        None if roots == Some(&Roots::System) => Mode::VerifyFull,
        None => Mode::Prefer,
        Some("disable") => Mode::Disable,
        Some("prefer") => Mode::Prefer,
        Some("require") => Mode::Require,
        Some("verify-ca") => Mode::VerifyCa,
        Some("verify-full") => Mode::VerifyFull,
        Some("allow") => {
            return Err("sslmode=allow isn't supported; use disable or prefer".to_owned());
        }
        Some(_) => {
            return Err(
                "sslmode must be disable, prefer, require, verify-ca or verify-full".to_owned(),
            );
        }
    };
    // Whoever has any certificate of any authority would pass, as libpq says too.
    match (mode, roots) {
        (Mode::Disable, _) | (Mode::VerifyFull, _) => Ok(mode),
        (_, Some(Roots::System)) => Err(format!(
            "sslmode={mode} is too weak for sslrootcert=system; use sslmode=verify-full"
        )),
        (Mode::VerifyCa, None) => Err(
            "sslmode=verify-ca needs sslrootcert, a file with the authority's certificate; or use \
             sslmode=verify-full, which can rely on the system's authorities"
                .to_owned(),
        ),
        (Mode::Prefer | Mode::Require | Mode::VerifyCa, _) => Ok(mode),
    }
}

fn client(given: &mut Parameters) -> Result<Option<(PathBuf, PathBuf)>, String> {
    match (given.take("sslcert"), given.take("sslkey")) {
        (Some(certificate), Some(key)) => Ok(Some((certificate.into(), key.into()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err("sslcert needs sslkey, the file with its private key".to_owned()),
        (None, Some(_)) => Err("sslkey needs sslcert, the file with its certificate".to_owned()),
    }
}

fn refuse_what_is_not_supported(given: &Parameters) -> Result<(), String> {
    let refusals = [
        ("sslpassword", "give a key that isn't encrypted in sslkey"),
        ("sslcrl", "revocation lists aren't checked"),
        ("sslcrldir", "revocation lists aren't checked"),
        ("ssl", "use sslmode"),
        ("requiressl", "use sslmode"),
    ];
    let found = refusals.iter().find(|(key, _)| given.get(key).is_some());
    match found {
        Some((key, instead)) => Err(format!("{key} isn't supported; {instead}")),
        None => Ok(()),
    }
}
