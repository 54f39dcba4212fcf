//! Runs the workload of `rake bench:gate` on a database: `gate URL`.
//!
//! Before each phase it says `ready NAME`, after it `done STEPS STATEMENTS WAITS`, and each time waits for a line, so that
//! whoever started it can look at the database and at this process meanwhile. It doesn't wait where its input has ended.

use std::error::Error;
use std::io::{Write, stdin, stdout};

use tasker_benches::phases::{PHASES, Phase, Workload};
use tasker_benches::statements;
use tasker_store::{Options, Target};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: gate URL")?;
    statements::count()?;
    let store = tasker_store::open(&Target::parse(&url)?, &Options::default())?;
    let mut workload = Workload::new(store)?;
    for phase in &PHASES {
        run(phase, &mut workload)?;
    }
    Ok(())
}

fn run(phase: &Phase, workload: &mut Workload) -> Result<(), Box<dyn Error>> {
    phase.prepare(workload)?;
    tell(&format!("ready {}", phase.name))?;
    let before = statements::sent();
    let steps = phase.measure_phase(workload)?;
    let after = statements::sent();
    if after.under_way != 0 {
        return Err(format!("a statement of phase {} has no end", phase.name).into());
    }
    tell(&format!(
        "done {steps} {} {}",
        after.statements - before.statements,
        after.waits - before.waits
    ))
}

fn tell(line: &str) -> Result<(), Box<dyn Error>> {
    let mut out = stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    stdin().read_line(&mut String::new())?;
    Ok(())
}
