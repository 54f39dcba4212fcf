//! The hosts and ports that a URL names, one for one.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Parameters;

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Host {
    /// By a name, for which its certificate must hold, and an address where the name isn't to be looked up.
    Tcp(String, Option<IpAddr>),
    /// By a socket in a folder.
    Unix(PathBuf),
}

impl Host {
    pub(super) fn is_unix(&self) -> bool {
        matches!(self, Host::Unix(_))
    }

    fn read(host: Option<&str>, address: Option<&str>) -> Result<Host, String> {
        let address: Option<IpAddr> =
            match address.filter(|address| !address.is_empty()) {
                Some(text) => Some(text.parse().map_err(|_| {
                    format!("hostaddr must be an IPv4 or IPv6 address, not {text:?}")
                })?),
                None => None,
            };
        match (host.filter(|host| !host.is_empty()), address) {
            (Some(folder), None) if folder.starts_with('/') => Ok(Host::Unix(folder.into())),
            (Some(folder), Some(_)) if folder.starts_with('/') => {
                Err("a host that is a Unix socket's folder can't have a hostaddr".to_owned())
            }
            (Some(name), address) => Ok(Host::Tcp(name.to_owned(), address)),
            (None, Some(address)) => Ok(Host::Tcp(address.to_string(), Some(address))),
            (None, None) => Err("it names no host; write postgres://host/database, or \
                 postgres:///database?host=/folder for a Unix socket"
                .to_owned()),
        }
    }
}

/// The hosts and ports, taken out.
pub(super) fn places(given: &mut Parameters) -> Result<Vec<(Host, u16)>, String> {
    let hosts = given.take_list("host");
    let addresses = given.take_list("hostaddr");
    let ports = given.take_list("port");
    let count = hosts.len().max(addresses.len()).max(1);
    let fits = |length: usize, least: usize| length <= least || length == count;
    if !fits(hosts.len(), 0) || !fits(addresses.len(), 0) || !fits(ports.len(), 1) {
        return Err("the numbers of its hosts, hostaddrs and ports differ".to_owned());
    }
    let place = |at: usize| {
        let host = hosts.get(at).map(String::as_str);
        let host = Host::read(host, addresses.get(at).map(String::as_str))?;
        Ok((host, port(ports.get(at).or(ports.first()))?))
    };
    (0..count).map(place).collect()
}

fn port(given: Option<&String>) -> Result<u16, String> {
    match given.map_or("", String::as_str) {
        "" => Ok(5432),
        text => text
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| "port must be a whole number from 1 to 65535".to_owned()),
    }
}
