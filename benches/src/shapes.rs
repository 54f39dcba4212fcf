//! The shapes of workflows that are measured, as definitions of `default/flow`.

use std::fmt::Write;

/// Steps one after the other.
pub fn linear(length: usize) -> String {
    definition(length, |n| n.checked_sub(1).into_iter().collect())
}

/// One step, then a row that waits for it, then one that waits for the row: `size` steps in all.
pub fn fan(size: usize) -> String {
    definition(size, |n| match n {
        0 => Vec::new(),
        n if n + 1 == size => (1..n).collect(),
        _ => vec![0],
    })
}

fn definition(size: usize, parents: impl Fn(usize) -> Vec<usize>) -> String {
    let mut text = String::from(r#"{"name":"flow","steps":["#);
    for n in 0..size {
        let parents: Vec<_> = parents(n).iter().map(|p| format!("\"s{p}\"")).collect();
        let comma = if n == 0 { "" } else { "," };
        // Writing to a String can't fail.
        let _ = write!(
            text,
            r#"{comma}{{"name":"s{n}","handler":{{"callable":"H"}},"dependencies":[{}]}}"#,
            parents.join(",")
        );
    }
    text.push_str("]}");
    text
}
