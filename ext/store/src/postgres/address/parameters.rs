//! The words of a PostgreSQL URL, split as libpq splits them. What they mean is for others.

use percent_encoding::percent_decode_str;

const SCHEMES: [&str; 2] = ["postgresql://", "postgres://"];

/// Keys with their values, each key once; a later one replaces an earlier one.
///
/// Values may be secret: nothing here is ever printed.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Splits a URL into user, password, host, port, dbname and what its query holds.
    ///
    /// # Errors
    /// A sentence that never shows a value.
    pub(super) fn read(url: &str) -> Result<Parameters, String> {
        let rest = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme));
        let rest = rest.ok_or("it must begin with postgres:// or postgresql://")?;
        let mut parameters = Parameters(Vec::new());
        let rest = match rest.find(['@', '/']) {
            Some(end) if rest[end..].starts_with('@') => {
                parameters.credentials(&rest[..end])?;
                &rest[end + 1..]
            }
            Some(_) | None => rest,
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        parameters.authority(authority)?;
        parameters.text("dbname", path.strip_prefix('/').unwrap_or(path))?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or(
                "a part of its query has no =; write key=value, and %26 for a & within a value",
            )?;
            parameters.text(&decode("a key of its query", key)?, value)?;
        }
        Ok(parameters)
    }

    fn credentials(&mut self, credentials: &str) -> Result<(), String> {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        self.text("user", user)?;
        self.text("password", password)
    }

    fn authority(&mut self, authority: &str) -> Result<(), String> {
        let (mut hosts, mut ports) = (Vec::new(), Vec::new());
        for chunk in authority.split(',') {
            let (host, port) = split_port(chunk)?;
            hosts.push(decode("host", host)?);
            ports.push(decode("port", port)?);
        }
        for (key, values) in [("host", hosts), ("port", ports)] {
            if values.iter().any(|value| !value.is_empty()) {
                self.set(key, values.join(","));
            }
        }
        Ok(())
    }

    /// Nothing is as good as not given.
    fn text(&mut self, key: &str, encoded: &str) -> Result<(), String> {
        if !encoded.is_empty() {
            self.set(key, decode(key, encoded)?);
        }
        Ok(())
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Puts a key in, in place of what it was.
    pub(crate) fn set(&mut self, key: &str, value: String) {
        self.take(key);
        self.0.push((key.to_owned(), value));
    }

    /// Puts a key in where it isn't given.
    pub(crate) fn set_default(&mut self, key: &str, value: impl FnOnce() -> Option<String>) {
        if self.get(key).is_none()
            && let Some(value) = value()
        {
            self.set(key, value);
        }
    }

    /// The values of a key that takes several, separated by commas.
    pub(crate) fn take_list(&mut self, key: &str) -> Vec<String> {
        let joined = self.take(key);
        joined.map_or_else(Vec::new, |joined| {
            joined.split(',').map(str::to_owned).collect()
        })
    }

    /// All of it as libpq's `key='value'` text.
    pub(super) fn quoted(&self) -> String {
        let quote = |(key, value): &(String, String)| {
            let value = value.replace('\\', r"\\").replace('\'', r"\'");
            format!("{key}='{value}'")
        };
        self.0.iter().map(quote).collect::<Vec<_>>().join(" ")
    }

    /// The first key that isn't among these.
    pub(super) fn beyond(&self, known: &[&str]) -> Option<&str> {
        let mut keys = self.0.iter().map(|(key, _)| key.as_str());
        keys.find(|key| !known.contains(key))
    }
}

/// `host:port`, `[::1]:port`, each without its port too.
fn split_port(chunk: &str) -> Result<(&str, &str), String> {
    let Some(bracketed) = chunk.strip_prefix('[') else {
        return Ok(chunk.split_once(':').unwrap_or((chunk, "")));
    };
    match bracketed.split_once(']') {
        Some((host, "")) => Ok((host, "")),
        Some((host, after)) if after.starts_with(':') => Ok((host, &after[1..])),
        Some(_) | None => Err("its IPv6 address must be written as [address]:port".to_owned()),
    }
}

fn decode(key: &str, encoded: &str) -> Result<String, String> {
    let decoded = percent_decode_str(encoded).decode_utf8();
    let decoded = decoded.map_err(|_| format!("{key} isn't UTF-8 once its %xx are decoded"))?;
    if decoded.contains('\0') {
        return Err(format!("{key} holds a NUL character (%00)"));
    }
    Ok(decoded.into_owned())
}
