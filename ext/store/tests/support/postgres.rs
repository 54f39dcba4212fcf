//! The PostgreSQL that the tests of a program share: started when the first of them needs it, ended when the program
//! ends. `DATABASE_URL` names another one to be used instead.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::program::Program;

/// Its URL, and the program that runs it where it was started here.
static SHARED: OnceLock<(String, Option<Program>)> = OnceLock::new();
static SCHEMAS: AtomicU32 = AtomicU32::new(0);

/// The URL of its database.
pub fn url() -> String {
    let (url, _) = SHARED.get_or_init(|| match std::env::var("DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let program = Program::start(&[] as &[&str]);
            (program.url().to_owned(), Some(program))
        }
    });
    url.clone()
}

/// The name of a schema that nobody else uses.
pub fn schema() -> String {
    let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
    format!("test_{}_{number}", std::process::id())
}
