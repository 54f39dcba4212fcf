//! The peer `durare`: its engine, the client and the steps in one process, which does what its standard input says
//! (benches/peers/README.md has the language) on the store whose URL is its argument.

mod engine;
mod workflows;

use std::error::Error;
use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

use engine::Peer;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("peer_durare wants the URL of its store")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let peer = runtime.block_on(Peer::open(&url))?;
    say(&json!({ "ready": true, "version": "durare 0.5.0" }))?;
    for line in io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let answer = match runtime.block_on(peer.answer(&asked)) {
            Ok(answer) => answer,
            Err(error) => json!({ "error": error.to_string() }),
        };
        say(&answer)?;
    }
    Ok(())
}

fn say(answer: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
