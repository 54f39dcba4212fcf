//! How the SQLite that is built in was compiled: see `.cargo/config.toml`.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct CompileOption {
    #[diesel(sql_type = Text)]
    compile_options: String,
}

#[test]
fn what_costs_every_statement_and_serves_nobody_is_left_out() {
    let mut connection = SqliteConnection::establish(":memory:").expect("a connection");
    let options: Vec<CompileOption> =
        diesel::sql_query("SELECT compile_options FROM pragma_compile_options")
            .load(&mut connection)
            .expect("options");
    let options: BTreeSet<_> = options
        .iter()
        .map(|option| option.compile_options.as_str())
        .collect();
    for wanted in [
        "THREADSAFE=2",
        "DEFAULT_MEMSTATUS=0",
        "OMIT_SHARED_CACHE",
        "OMIT_PROGRESS_CALLBACK",
    ] {
        assert!(options.contains(wanted), "{wanted} isn't among {options:?}");
    }
    for unwanted in [
        "ENABLE_API_ARMOR",
        "ENABLE_MEMORY_MANAGEMENT",
        "ENABLE_STAT4",
        "ENABLE_FTS5",
        "ENABLE_RTREE",
    ] {
        assert!(
            !options.contains(unwanted),
            "{unwanted} is among {options:?}"
        );
    }
}
