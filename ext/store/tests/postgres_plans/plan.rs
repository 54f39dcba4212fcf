//! Plans as the server writes them into its log.

use std::fmt;

/// A statement, and how it was carried out.
pub struct Plan {
    text: String,
    statement: String,
}

/// Every plan of a log.
pub fn all(log: &str) -> Vec<Plan> {
    let entries = log.split(" LOG:  ").skip(1);
    entries
        .filter(|entry| entry.contains(" plan:\n"))
        .filter_map(|entry| {
            let (_, text) = entry.split_once("Query Text: ")?;
            let statement = text.lines().next()?.to_owned();
            Some(Plan {
                text: text.to_owned(),
                statement,
            })
        })
        .collect()
}

impl Plan {
    pub fn statement(&self) -> &str {
        &self.statement
    }

    pub fn has(&self, node: &str) -> bool {
        self.text.lines().skip(1).any(|line| {
            line.trim_start()
                .trim_start_matches("->")
                .trim_start()
                .starts_with(node)
        })
    }

    /// Whether it reads all rows of a table.
    pub fn reads_whole(&self, table: &str) -> bool {
        let named = |line: &str| {
            let mut words = line.split_whitespace().skip_while(|word| *word != "on");
            words.nth(1) == Some(table)
        };
        let whole = |line: &&str| line.contains("Seq Scan on");
        self.text.lines().filter(whole).any(named)
    }

    /// Counts the tasks that have something to do, by an index on their states.
    pub fn counts_active(&self) -> bool {
        self.statement
            .starts_with("SELECT count(*) FROM tasks WHERE state IN")
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
