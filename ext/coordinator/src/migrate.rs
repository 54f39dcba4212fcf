//! Bringing a database's tables up to date, apart from opening it.

use serde_json::json;

use crate::failure::Failure;
use crate::quiet;
use crate::settings::Settings;

/// Brings the tables of the database to the newest version; tells the versions before and after as JSON,
/// `{"from":0,"to":1}`. Several processes may do this at once.
///
/// # Errors
/// `database_error` when the database can't be reached or changed, or was made by a newer version.
pub fn migrate(settings: &Settings) -> Result<String, Failure> {
    crate::logs::install();
    let _busy = quiet::busy();
    let (from, to) = tasker_store::migrate(&settings.target, &settings.options)?;
    Ok(json!({ "from": from, "to": to }).to_string())
}
