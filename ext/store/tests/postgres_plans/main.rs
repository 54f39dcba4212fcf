//! How PostgreSQL carries out our statements: by the indexes that are there for them, in tables that hold much and were
//! never analysed. The server itself writes down every plan (`auto_explain`).

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "everything here is a test; clippy.toml knows only functions that are marked as one"
)]

#[path = "../conformance/driver.rs"]
#[expect(dead_code, reason = "another suite uses the rest")]
mod driver;
mod plan;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/postgres.rs"]
mod server;

use tasker_domain::command::{Action, Command, Scope, Submission};
use tasker_store::view::{Filter, Question};
use tasker_store::{Options, Store, Target};

use driver::{Driver, claim, diamond, done, failed, flow, report};
use plan::Plan;
use program::Program;

/// Enough that no planner in its right mind would read a whole table for one row.
const WAITING: usize = 5_000;

/// Tables that grow with the work done.
const LARGE: [&str; 6] = [
    "steps",
    "tasks",
    "task_details",
    "idempotency_keys",
    "attempts",
    "transitions",
];

#[test]
fn no_statement_of_a_turn_or_an_answer_reads_a_whole_table() {
    let (mut program, target) = explaining();
    let mut store = tasker_store::open(&target, &Options::default()).expect("a database");
    work(store.as_mut());
    let plans = plan::all(&log(&mut program));

    for (plan, table) in plans
        .iter()
        .flat_map(|plan| LARGE.map(|table| (plan, table)))
    {
        assert!(
            !plan.reads_whole(table) || plan.counts_active(),
            "{table} is read whole:\n{plan}"
        );
    }
    let claims = plans
        .iter()
        .filter(|plan| plan.statement().contains("SKIP LOCKED"));
    let claims: Vec<&Plan> = claims
        .filter(|plan| plan.statement().contains("FROM steps"))
        .collect();
    assert!(claims.len() > 10, "{} claims", claims.len());
    for plan in claims {
        assert!(
            plan.statement().contains("unnest") || !plan.has("Sort"),
            "a claim sorts all that could be taken:\n{plan}"
        );
    }
    let kinds: std::collections::BTreeSet<_> = plans.iter().map(Plan::statement).collect();
    assert!(kinds.len() > 30, "{} kinds of statements", kinds.len());
}

#[test]
fn the_number_of_statements_does_not_grow_with_the_number_of_steps() {
    let (mut program, target) = explaining();
    let mut counts = [1, 10, 200].map(|size| {
        let options = Options {
            schema: format!("size_{size}"),
            ..Options::default()
        };
        let mut store = tasker_store::open(&target, &options).expect("a schema");
        let mut driver = Driver::new(store.as_mut());
        driver.register(&diamond());
        let submissions = (0..size).map(|_| flow()).collect();
        let mut told = plan::all(&log(&mut program)).len();
        let mut statements = vec![];
        let mut count = |driver: &mut Driver<'_>, commands: &[Command]| {
            driver.turn(commands);
            let now = plan::all(&log(&mut program)).len();
            statements.push(now - std::mem::replace(&mut told, now));
        };
        count(&mut driver, &[Command::Submit(submissions)]);
        for width in [1, 2, 1] {
            let held = driver.take(size * width);
            assert_eq!(held.len() as u32, size * width);
            let reports: Vec<_> = held.iter().map(|step| report(step, done("1"))).collect();
            count(&mut driver, &reports);
        }
        statements
    });
    assert!(
        counts[0].iter().all(|count| (1..30).contains(count)),
        "{counts:?}"
    );
    counts.sort();
    assert_eq!(counts[0], counts[2], "{counts:?}");
}

#[test]
fn a_statement_is_prepared_once_for_each_connection() {
    let mut program = Program::start(&["--set", "log_min_duration_statement=0"]);
    let target = Target::parse(program.url()).expect("a URL");
    let mut store = tasker_store::open(&target, &Options::default()).expect("a database");
    let mut driver = Driver::new(store.as_mut());
    driver.register(&diamond());
    let mut round = || {
        for _ in 0..10 {
            driver.submit();
            driver.run();
        }
        let log = log(&mut program);
        let count = |word: &str| log.matches(&format!(" ms  {word} ")).count();
        (count("parse"), count("bind"))
    };
    let (parsed, bound) = round();
    let (parsed_again, bound_again) = round();
    assert!(parsed > 10, "{parsed} statements were prepared");
    assert!(bound_again > bound + 100, "{bound} and {bound_again}");
    assert_eq!(parsed_again, parsed);
}

/// The commit is sent before it is known what became of the statements before it: none may come after it.
#[test]
fn nothing_is_written_outside_a_transaction() {
    let mut program = Program::start(&["--set", "log_min_duration_statement=0"]);
    let target = Target::parse(program.url()).expect("a URL");
    let mut store = tasker_store::open(&target, &Options::default()).expect("a database");
    let opened = log(&mut program).len();
    work(store.as_mut());
    let log = log(&mut program);
    let (mut begun, mut written) = (false, 0);
    for line in log[opened..].lines() {
        let said = line.split_once("statement: ").map(|(_, said)| said);
        match said {
            Some(words) if words.starts_with("BEGIN") => begun = true,
            Some("COMMIT" | "ROLLBACK") => begun = false,
            _ => {}
        }
        let writes = ["INSERT INTO", "UPDATE "];
        if line.contains(" execute ") && writes.iter().any(|word| line.contains(word)) {
            assert!(begun, "written outside a transaction: {line}");
            written += 1;
        }
    }
    assert!(written > 100, "{written} statements that write");
}

/// What the server has written into its log.
fn log(program: &mut Program) -> String {
    let folder = program.tell("folder");
    let log = std::fs::read(std::path::Path::new(&folder).join("log")).expect("a log");
    String::from_utf8_lossy(&log).into_owned()
}

/// A server that writes down its plans.
fn explaining() -> (Program, Target) {
    let program = Program::start(&[
        "--set",
        "shared_preload_libraries=auto_explain",
        "--set",
        "auto_explain.log_min_duration=0",
        "--set",
        "autovacuum=off",
    ]);
    let target = Target::parse(program.url()).expect("a URL");
    (program, target)
}

/// Some of everything.
fn work(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    for _ in 0..WAITING / 500 {
        let many = (0..500).map(|_| flow()).collect();
        driver.turn(&[Command::Submit(many)]);
    }
    let keyed = Submission {
        idempotency_key: Some("key".to_owned()),
        ..flow()
    };
    let task = driver.try_submit(keyed.clone()).expect("a task").task;
    driver.try_submit(keyed).expect("the same");
    for round in 0..20 {
        let held = driver.take(8);
        let mut commands: Vec<Command> = Vec::new();
        for (index, step) in held.iter().enumerate() {
            let ending = if index == 0 {
                failed(round % 2 == 0)
            } else {
                done("1")
            };
            commands.push(report(step, ending));
        }
        commands.push(claim(Scope::Any, 3));
        commands.push(claim(Scope::Task(task), 1));
        commands.push(claim(Scope::Namespaces(["default".to_owned()].into()), 2));
        driver.turn(&commands);
        driver.now += 50_000;
        driver.tick();
    }
    let other = driver.submit();
    for action in [Action::Pause, Action::Resume, Action::Cancel] {
        driver.control(other, action).expect("a control");
    }
    driver.context(task);
    for status in [None, Some(tasker_domain::state::TaskState::Pending)] {
        driver.ask(&Question::List(Filter {
            status,
            namespace: Some("default".to_owned()),
            name: None,
            limit: 10,
            before: None,
        }));
    }
    driver.ask(&Question::Active);
    driver.ask(&Question::Result {
        task,
        step: "a".to_owned(),
    });
}
