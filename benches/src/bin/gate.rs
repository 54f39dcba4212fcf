//! Runs the workload of `rake bench:gate` on a database: `gate URL`.
//!
//! Before each phase it says `ready NAME STEPS`, after it `done STATEMENTS COMMITS`, and each time waits for a line, so
//! that whoever started it can look at the database and at this process meanwhile. It doesn't wait where its input has
//! ended.

use std::error::Error;
use std::io::{Write, stdin, stdout};

use tasker_benches::phases::{PHASES, Phase};
use tasker_benches::statements;
use tasker_benches::worker::Worker;
use tasker_store::{Options, Target};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: gate URL")?;
    statements::count()?;
    let store = tasker_store::open(&Target::parse(&url)?, &Options::default())?;
    let mut worker = Worker::new(store)?;
    for phase in &PHASES {
        run(phase, &mut worker)?;
    }
    Ok(())
}

fn run(phase: &Phase, worker: &mut Worker) -> Result<(), Box<dyn Error>> {
    (phase.prepare)(worker)?;
    tell(&format!("ready {} {}", phase.name, phase.steps))?;
    let before = statements::counted();
    let steps = (phase.measured)(worker)?;
    let after = statements::counted();
    if steps != phase.steps {
        let (name, wanted) = (phase.name, phase.steps);
        return Err(format!("phase {name} ran {steps} steps, not {wanted}").into());
    }
    tell(&format!(
        "done {} {}",
        after.0 - before.0,
        after.1 - before.1
    ))
}

fn tell(line: &str) -> Result<(), Box<dyn Error>> {
    let mut out = stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    stdin().read_line(&mut String::new())?;
    Ok(())
}
