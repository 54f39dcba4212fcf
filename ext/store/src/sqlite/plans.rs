//! How SQLite means to carry out the statements of every turn: by the index made for each, never by reading a table
//! from end to end.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::statement::*;
use crate::Options;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Operation {
    #[diesel(sql_type = Text)]
    opcode: String,
}

fn connection() -> SqliteConnection {
    let mut connection = super::connect::writer(None, &Options::default()).unwrap();
    super::migrate::migrate(&mut connection, None).unwrap();
    connection
}

fn sql(statement: &impl QueryFragment<Sqlite>) -> String {
    let text = diesel::debug_query::<Sqlite, _>(statement).to_string();
    let sql = text.split(" -- binds:").next().unwrap_or_default();
    sql.to_owned()
}

fn plan(connection: &mut SqliteConnection, statement: &impl QueryFragment<Sqlite>) -> String {
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {}", sql(statement)))
        .load(connection)
        .unwrap();
    let lines: Vec<_> = lines.into_iter().map(|line| line.detail).collect();
    lines.join("; ")
}

/// Scans that are meant: of partial indexes, which hold no more than what runs or could run, and of what is small.
const MEANT: &[&str] = &[
    "SCAN json_each",
    "SCAN (subquery",
    "SCAN steps USING INDEX steps_claimable",
    "SCAN steps USING COVERING INDEX steps_held",
    "SCAN h USING COVERING INDEX steps_held",
];

fn check(name: &str, plan: &str, wanted: &str) {
    assert!(plan.contains(wanted), "{name} isn't {wanted}: {plan}");
    for part in plan.split("; ").filter(|part| part.starts_with("SCAN")) {
        let meant = MEANT.iter().any(|meant| part.starts_with(meant));
        assert!(meant, "{name} reads from end to end: {plan}");
    }
}

/// Every statement that turns and readers run again and again, with what its plan must say.
fn check_all(connection: &mut SqliteConnection) {
    macro_rules! plans { ($($statement:expr => $wanted:literal;)+) => { $(
        check(stringify!($statement), &plan(connection, &$statement), $wanted);
    )+ } }
    plans! {
        StepsByIds::new("[1]") => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        StepsOfTask::new(1, 2) => "steps USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
        TasksByIds::new("[1]") => "tasks USING INTEGER PRIMARY KEY (rowid=?)";
        ClaimableOfAny::new(9) => "steps USING INDEX steps_claimable";
        ClaimableOfQueue::new(1, 9) => "steps USING INDEX steps_claimable_by_queue (queue=?)";
        ClaimableOfTask::new(1, 2, 9) => "steps USING INDEX steps_claimable_by_task (id>? AND id<?)";
        Definitions::new("[1]") => "templates USING INTEGER PRIMARY KEY (rowid=?)";
        Editions::new("a", "b") => "INDEX templates_named (namespace=? AND name=?)";
        NewestText::new("a", "b", "c") => "INDEX templates_named (namespace=? AND name=? AND version=?)";
        KeyedTask::new("a", "b", "c") => "PRIMARY KEY (namespace=? AND name=? AND key=?)";
        ReserveTasks::new(1) => "counters USING PRIMARY KEY (name=?)";
        Contexts::new("[1]") => "task_details USING INTEGER PRIMARY KEY (rowid=?)";
        Results::new("[1]") => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        TimedSteps::new(1) => "COVERING INDEX steps_timed (ready_at<?)";
        OverdueSteps::new(1) => "COVERING INDEX steps_held (deadline_at<?)";
        OverdueTasks::new(1) => "INDEX tasks_with_deadline";
        NextDue::new(1, 1, 1) => "INDEX steps_timed (ready_at>?)";
        NextDue::new(1, 1, 1) => "INDEX steps_held (deadline_at>?)";
        NextDue::new(1, 1, 1) => "INDEX tasks_with_deadline (deadline_at>?)";
        Orphans::new() => "w USING INTEGER PRIMARY KEY (rowid=?)";
        LostWorkers::new(1, 2) => "INDEX workers_leased";
        Colleagues::new(1) => "INDEX workers_leased";
        WorkerNames::new("[1]") => "workers USING INTEGER PRIMARY KEY (rowid=?)";
        HeldOfTask::new(1, 0, 2, 3) => "INDEX steps_held (deadline_at>?)";
        CountClaimable::new(1, 2) => "steps_claimable_by_task (id>? AND id<?)";
        NextTimed::new(1, 2) => "steps_timed_by_task (id>? AND id<?)";
        Details::new(1) => "task_details USING INTEGER PRIMARY KEY (rowid=?)";
        ResultsOfTask::new(1, 2) => "steps USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
        AttemptsOfTask::new(1, 2) => "attempts USING PRIMARY KEY (step_id>? AND step_id<?)";
        TransitionsOfTask::new(1) => "INDEX transitions_of_task (task_id=?)";
        ListByState::new("error", 1, None, None, None, None, 9) => "INDEX tasks_by_state (state=? AND id<?)";
        ListAll::new(1, None, None, None, None, 9) => "t USING INTEGER PRIMARY KEY (rowid<?)";
        CountActive::new() => "COVERING INDEX tasks_by_state (state=?)";
        SetTask::new("a", 0, 0, 0, 0, None, None, None, 1, "b", 0, 0, 0) => "tasks USING INTEGER PRIMARY KEY (rowid=?)";
        SetStep::new("a", "b", 0, None, 0, 0, 0, None, None, None, None, None, None, 1, "c", 0, 0) =>
            "steps USING INTEGER PRIMARY KEY (rowid=?)";
        BeginTask::new(None, 1, 0, 0, 0) => "tasks USING INTEGER PRIMARY KEY (rowid=?)";
        CountSteps::new(0, 0, 1, 0, 0, 0) => "tasks USING INTEGER PRIMARY KEY (rowid=?)";
        CompleteTask::new(0, 0, None, 1, 0, 0, 0) => "tasks USING INTEGER PRIMARY KEY (rowid=?)";
        TakeStep::new(None, None, None, 1, 0) => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        TakeWaitingStep::new(None, None, None, None, None, 1, 0, 0) => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        ReleaseStep::new(None, None, 1, 0, 0) => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        CompleteStep::new(None, None, 1, 0) => "steps USING INTEGER PRIMARY KEY (rowid=?)";
        CountParents::new(0, 1, 0, 0) => "steps USING INTEGER PRIMARY KEY (rowid=?)";
    }
}

#[test]
fn hot_statements_use_their_indexes_on_tables_never_analysed() {
    check_all(&mut connection());
}

#[test]
fn hot_statements_use_their_indexes_on_tables_full_of_what_is_finished() {
    let mut connection = connection();
    connection
        .batch_execute(
            "CREATE TEMP TABLE n AS WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 3000) \
               SELECT n FROM n; \
             INSERT INTO workers SELECT n, 'w', 1, NULL FROM n WHERE n < 300; \
             INSERT INTO templates SELECT n, n % 9, n, '1', '{}', 1, 1 FROM n WHERE n < 300; \
             INSERT INTO tasks SELECT n, 1, 'complete', 0, 0, 1, 1, 0, 0, n, n, n, NULL FROM n; \
             INSERT INTO steps SELECT id << 16, 'complete', 'open', 0, 0, 1, 1, 3, 1, 1, 1, NULL, 1, id % 9, 1, '1' FROM tasks; \
             INSERT INTO task_details (task_id, context) SELECT id, '1' FROM tasks; \
             INSERT INTO attempts SELECT id, 1, 1, 1, 1, 1, 1, 'retry', NULL FROM steps; \
             ANALYZE;",
        )
        .unwrap();
    check_all(&mut connection);
}

#[test]
fn no_statement_of_every_turn_makes_a_table_to_compare_with() {
    let mut connection = connection();
    let mut check = |name: &str, sql: String| {
        let operations: Vec<Operation> = diesel::sql_query(format!("EXPLAIN {sql}"))
            .load(&mut connection)
            .unwrap();
        assert!(!operations.is_empty());
        let tables = operations
            .iter()
            .filter(|operation| operation.opcode == "OpenEphemeral");
        assert_eq!(tables.count(), 0, "{name} makes a table to compare with");
    };
    macro_rules! each { ($($statement:expr;)+) => { $(
        check(stringify!($statement), sql(&$statement));
    )+ } }
    each! {
        StepsByIds::new("[1]");
        TasksByIds::new("[1]");
        Contexts::new("[1]");
        Results::new("[1]");
        PutTask::new(1, 1, "pending", 0, 0, 1, 0, 0, 1, 1, None, None, None);
        PutDetails::new(1, "1", None, None, None, None, None, None, None);
        PutStep::new(1, "ready", "open", 0, 0, None, 0, 1, 0, None, None, None, None, 0, None);
        SetTask::new("a", 0, 0, 0, 0, None, None, None, 1, "b", 0, 0, 0);
        SetStep::new("a", "b", 0, None, 0, 0, 0, None, None, None, None, None, None, 1, "c", 0, 0);
        BeginTask::new(None, 1, 0, 0, 0);
        CountSteps::new(0, 0, 1, 0, 0, 0);
        CompleteTask::new(0, 0, None, 1, 0, 0, 0);
        TakeStep::new(None, None, None, 1, 0);
        TakeWaitingStep::new(None, None, None, None, None, 1, 0, 0);
        ReleaseStep::new(None, None, 1, 0, 0);
        CompleteStep::new(None, None, 1, 0);
        CountParents::new(0, 1, 0, 0);
        PutAttempt::new(1, 1, 1, None, None, None, 1, "retry", None);
        PutTransition::new(1, None, 1, "a", "b", 1, None);
    }
}
