//! What a user is told of an attempt that failed: why, and what to do.

use std::io;

use rustls::CertificateError;
use tokio_postgres::error::DbError;

use super::failed::{Cause, Failed, cause, is_forbidden};

impl Failed {
    /// The rest of a sentence that begins with the server's name.
    pub(super) fn sentence(&self) -> String {
        match self {
            Failed::NoAddress => {
                "its host name has no address; check the host of the URL".to_owned()
            }
            Failed::Lookup(_) => {
                "its host name can't be looked up; check the host of the URL and the DNS".to_owned()
            }
            Failed::TimedOut(limit) => format!(
                "it didn't answer within {} s; check that it runs, and the network and firewall between",
                limit.as_secs_f64()
            ),
            Failed::Said(error) => match cause(error) {
                Cause::Server(said) => said_by_server(said),
                Cause::Tls(error) => about_tls(error),
                Cause::NoTls => {
                    "it has no TLS, which sslmode asks for; turn ssl on in the server, or use \
                                 sslmode=prefer or disable"
                        .to_owned()
                }
                Cause::NoPassword => {
                    "it asks for a password; put one into the URL or into PGPASSWORD".to_owned()
                }
                Cause::Io(error) => about_io(error),
                Cause::Lost => {
                    "it closed the connection; it may be stopping or starting".to_owned()
                }
                Cause::Other => {
                    "it doesn't answer as a PostgreSQL should; check host and port, details are in \
                                 the log"
                        .to_owned()
                }
            },
        }
    }
}

fn said_by_server(said: &DbError) -> String {
    let what_to_do = match said.code().code() {
        "28P01" => "check user and password",
        // pgbouncer's way to say it.
        "08P01" if said.message().contains("authentication") => "check user and password",
        "28000" => {
            "check the user, and the lines of pg_hba.conf (host, user, database, TLS, client certificate)"
        }
        "3D000" => "create it, or check the name in the URL",
        "42501" => "grant the user CONNECT on the database",
        "53300" => "raise max_connections or use fewer connections (database_pool_size)",
        "57P03" => "it is starting or stopping; wait for it",
        "57P01" | "57P02" => "it is stopping; wait for it to come back",
        _ => "see the server's log",
    };
    format!("{}; {what_to_do}", said.message())
}

fn about_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "connection refused; check that it runs, and host and port of the URL".to_owned()
        }
        io::ErrorKind::NotFound => {
            "its Unix socket isn't there; check that it runs, and the folder and port of the URL"
                .to_owned()
        }
        io::ErrorKind::PermissionDenied if is_forbidden(error) => {
            "its Unix socket may not be opened; check the permissions of its folder".to_owned()
        }
        _ => format!("{error}; check that it runs, and the network between"),
    }
}

fn about_tls(error: &rustls::Error) -> String {
    use CertificateError as Bad;
    let why = match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer | Bad::BadSignature => {
                "its certificate isn't by an authority that is believed; name the right one in sslrootcert"
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                "its certificate is for another host name; call it by a name that the certificate has (subject \
                 alternative name), or use sslmode=verify-ca"
            }
            Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired; renew it",
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "its certificate isn't valid yet; check the clocks"
            }
            other if other.to_string().contains("UnsupportedCertVersion") => {
                "its certificate is of an old form (X.509 version 1); make one of version 3"
            }
            other if other.to_string().contains("CaUsedAsEndEntity") => {
                "its certificate is an authority's; give the server one of its own, or name this very certificate in \
                 sslrootcert"
            }
            _ => "its certificate can't be verified; details are in the log",
        },
        rustls::Error::AlertReceived(alert) => {
            return format!(
                "it ended the TLS handshake ({alert:?}); check sslcert and sslkey, and the server's ssl_ca_file"
            );
        }
        _ => "the TLS handshake failed; details are in the log",
    };
    why.to_owned()
}
