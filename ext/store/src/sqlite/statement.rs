//! The SQL, each statement a type of its own, so that diesel prepares it once for each connection.
//!
//! SQLite looks at a bound value where it could serve the plan (a partial index's condition, a bare `LIMIT ?`), and
//! then prepares the statement anew for every value. `+state = ?` and `LIMIT ? + 0` keep it from looking.
//!
//! Sets of ids go in as one JSON array, read by `json_each`: a statement's text never depends on its data. The array is
//! what the rows are looked up from, one after the other: `IN` would first make a table of it, each time, which for a few
//! ids takes longer than all the rest.

#![expect(
    clippy::too_many_arguments,
    reason = "a statement takes an argument for each of its placeholders"
)]

use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::rows::{StepSql, TaskSql};
use crate::statements::statements;

/// The columns of [`crate::rows::StepTuple`], in its order.
macro_rules! step_columns {
    () => {
        "id, state, gate, priority, pending_parents, ready_at, attempts, attempt_limit, fence, worker_id, \
         started_at, deadline_at, completed_at, queue, queued_at"
    };
}

/// The columns of [`crate::rows::TaskTuple`], in its order.
macro_rules! task_columns {
    () => {
        "id, template_id, state, paused, priority, step_count, done_steps, failed_steps, live_steps, created_at, \
         started_at, completed_at, deadline_at"
    };
}

/// The rows of a table that an array of ids names.
macro_rules! each_of {
    ($table:literal, $id:literal) => {
        concat!(
            " FROM (SELECT value AS wanted FROM json_each(?)) AS w CROSS JOIN ",
            $table,
            " ON ",
            $id,
            " = w.wanted"
        )
    };
}

statements! { for Sqlite;
    UserVersion() -> Integer = "SELECT user_version FROM pragma_user_version";
    ApplicationId() -> Integer = "SELECT application_id FROM pragma_application_id";
    CountTables() -> BigInt = "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";

    Enroll(name: &'a str => Text, now: i64 => BigInt, expires: i64 => BigInt) -> BigInt =
        "INSERT INTO workers (name, enrolled_at, lease_expires_at) VALUES (?, ?, ?) RETURNING id";
    LeaveWorker(id: i64 => BigInt) = "UPDATE workers SET lease_expires_at = NULL WHERE id = ?";
    RenewLease(expires: i64 => BigInt, id: i64 => BigInt) =
        "UPDATE workers SET lease_expires_at = max(?, enrolled_at) WHERE id = ?";
    Colleagues(me: i64 => BigInt) -> (BigInt, Text) =
        "SELECT id, name FROM workers WHERE lease_expires_at IS NOT NULL AND id <> ?";
    LostWorkers(me: i64 => BigInt, now: i64 => BigInt) -> BigInt =
        "SELECT id FROM workers WHERE lease_expires_at IS NOT NULL AND id <> ? AND lease_expires_at <= ?";
    WorkerNames(ids: &'a str => Text) -> (BigInt, Text) =
        concat!("SELECT id, name", each_of!("workers", "id"));
    /// What workers without a lease still hold.
    Orphans() -> (BigInt, BigInt, Text) =
        "SELECT h.id, h.fence, w.name FROM steps AS h INDEXED BY steps_held JOIN workers AS w ON w.id = h.worker_id \
         WHERE h.state = 'in_progress' AND w.lease_expires_at IS NULL LIMIT 1000";

    StepsByIds(ids: &'a str => Text) -> StepSql =
        concat!("SELECT ", step_columns!(), each_of!("steps", "id"));
    StepsOfTask(first: i64 => BigInt, last: i64 => BigInt) -> StepSql =
        concat!("SELECT ", step_columns!(), " FROM steps WHERE id BETWEEN ? AND ? ORDER BY id");
    TasksByIds(ids: &'a str => Text) -> TaskSql =
        concat!("SELECT ", task_columns!(), each_of!("tasks", "id"));
    ClaimableOfAny(limit: i64 => BigInt) -> StepSql = concat!(
        "SELECT ", step_columns!(), " FROM steps INDEXED BY steps_claimable \
         WHERE state = 'ready' AND gate = 'open' ORDER BY priority DESC, queued_at, id LIMIT ? + 0");
    ClaimableOfQueue(queue: i64 => BigInt, limit: i64 => BigInt) -> StepSql = concat!(
        "SELECT ", step_columns!(), " FROM steps INDEXED BY steps_claimable_by_queue \
         WHERE state = 'ready' AND gate = 'open' AND queue = ? ORDER BY priority DESC, queued_at, id LIMIT ? + 0");
    ClaimableOfTask(first: i64 => BigInt, last: i64 => BigInt, limit: i64 => BigInt) -> StepSql = concat!(
        "SELECT ", step_columns!(), " FROM steps INDEXED BY steps_claimable_by_task \
         WHERE state = 'ready' AND gate = 'open' AND id BETWEEN ? AND ? ORDER BY id LIMIT ? + 0");

    Definitions(ids: &'a str => Text) -> (BigInt, Text) =
        concat!("SELECT id, definition", each_of!("templates", "id"));
    Editions(namespace: &'a str => Text, name: &'a str => Text) -> (BigInt, Text) =
        "SELECT id, version FROM templates WHERE namespace = ? AND name = ? ORDER BY id";
    TemplateNames() -> (Text, Text) = "SELECT DISTINCT namespace, name FROM templates";
    AllTemplates() -> (BigInt, Text, Text, Text, Integer) =
        "SELECT max(id), namespace, name, version, step_count FROM templates \
         GROUP BY namespace, name, version ORDER BY namespace, name, version";
    NewestText(namespace: &'a str => Text, name: &'a str => Text, version: &'a str => Text) -> (BigInt, Text) =
        "SELECT id, definition FROM templates WHERE namespace = ? AND name = ? AND version = ? \
         ORDER BY id DESC LIMIT 1";
    PutTemplate(namespace: &'a str => Text, name: &'a str => Text, version: &'a str => Text,
                definition: &'a str => Text, step_count: i32 => Integer, now: i64 => BigInt) -> BigInt =
        "INSERT INTO templates (namespace, name, version, definition, step_count, registered_at) \
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id";

    KeyedTask(namespace: &'a str => Text, name: &'a str => Text, key: &'a str => Text) -> BigInt =
        "SELECT task_id FROM idempotency_keys WHERE namespace = ? AND name = ? AND key = ?";
    PutKey(namespace: &'a str => Text, name: &'a str => Text, key: &'a str => Text, task: i64 => BigInt) =
        "INSERT INTO idempotency_keys (namespace, name, key, task_id) VALUES (?, ?, ?, ?)";
    DatabaseId() -> BigInt = "SELECT value FROM counters WHERE name = 'database_id'";
    /// What the counter is after so many ids were taken from it.
    ReserveTasks(count: i64 => BigInt) -> BigInt =
        "UPDATE counters SET value = value + ? WHERE name = 'next_task' RETURNING value";

    Contexts(ids: &'a str => Text) -> (BigInt, Text) =
        concat!("SELECT task_id, context", each_of!("task_details", "task_id"));
    Results(ids: &'a str => Text) -> (BigInt, Text) =
        concat!("SELECT id, result", each_of!("steps", "id"), " WHERE result IS NOT NULL");

    TimedSteps(now: i64 => BigInt) -> BigInt =
        "SELECT id FROM steps INDEXED BY steps_timed \
         WHERE state = 'ready' AND gate = 'timed' AND ready_at <= ? ORDER BY ready_at LIMIT 1000";
    OverdueSteps(now: i64 => BigInt) -> (BigInt, BigInt) =
        "SELECT id, fence FROM steps INDEXED BY steps_held \
         WHERE state = 'in_progress' AND deadline_at <= ? ORDER BY deadline_at LIMIT 1000";
    OverdueTasks(now: i64 => BigInt) -> BigInt =
        "SELECT id FROM tasks INDEXED BY tasks_with_deadline WHERE deadline_at IS NOT NULL \
         AND state IN ('pending', 'in_progress') AND deadline_at <= ? ORDER BY deadline_at LIMIT 100";
    /// The next time at which anything of that falls due after `now`.
    NextDue(now: i64 => BigInt, now2: i64 => BigInt, now3: i64 => BigInt) -> Nullable<BigInt> =
        "SELECT min(at) FROM (\
           SELECT min(ready_at) AS at FROM steps INDEXED BY steps_timed \
             WHERE state = 'ready' AND gate = 'timed' AND ready_at > ? \
           UNION ALL SELECT min(deadline_at) FROM steps INDEXED BY steps_held \
             WHERE state = 'in_progress' AND deadline_at > ? \
           UNION ALL SELECT min(deadline_at) FROM tasks INDEXED BY tasks_with_deadline \
             WHERE deadline_at IS NOT NULL AND state IN ('pending', 'in_progress') AND deadline_at > ?)";
    HeldOfTask(me: i64 => BigInt, since: i64 => BigInt, first: i64 => BigInt, last: i64 => BigInt) -> (BigInt, BigInt) =
        "SELECT coalesce(sum(worker_id = ?), 0), count(*) FROM steps INDEXED BY steps_held \
         WHERE state = 'in_progress' AND deadline_at > ? AND id BETWEEN ? AND ?";
    CountClaimable(first: i64 => BigInt, last: i64 => BigInt) -> BigInt =
        "SELECT count(*) FROM (SELECT 1 FROM steps INDEXED BY steps_claimable_by_task \
         WHERE state = 'ready' AND gate = 'open' AND id BETWEEN ? AND ? LIMIT 1000)";
    NextTimed(first: i64 => BigInt, last: i64 => BigInt) -> Nullable<BigInt> =
        "SELECT min(ready_at) FROM steps INDEXED BY steps_timed_by_task \
         WHERE state = 'ready' AND gate = 'timed' AND id BETWEEN ? AND ?";

    PutTask(id: i64 => BigInt, template: i64 => BigInt, state: &'a str => Text, paused: i32 => Integer,
            priority: i32 => Integer, step_count: i32 => Integer, done: i32 => Integer, failed: i32 => Integer,
            live: i32 => Integer, created_at: i64 => BigInt, started_at: Option<i64> => Nullable<BigInt>,
            completed_at: Option<i64> => Nullable<BigInt>, deadline_at: Option<i64> => Nullable<BigInt>) =
        concat!("INSERT INTO tasks (", task_columns!(), ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    PutDetails(id: i64 => BigInt, context: &'a str => Text, run_at: Option<i64> => Nullable<BigInt>,
               key: Option<&'a str> => Nullable<Text>, initiator: Option<&'a str> => Nullable<Text>,
               source_system: Option<&'a str> => Nullable<Text>, reason: Option<&'a str> => Nullable<Text>,
               tags: Option<&'a str> => Nullable<Text>, correlation_id: Option<&'a str> => Nullable<Text>) =
        "INSERT INTO task_details (task_id, context, run_at, idempotency_key, initiator, source_system, reason, \
         tags, correlation_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    PutStep(id: i64 => BigInt, state: &'a str => Text, gate: &'a str => Text, priority: i32 => Integer,
            pending_parents: i32 => Integer, ready_at: Option<i64> => Nullable<BigInt>, attempts: i32 => Integer,
            attempt_limit: i32 => Integer, fence: i64 => BigInt, worker: Option<i64> => Nullable<BigInt>,
            started_at: Option<i64> => Nullable<BigInt>, deadline_at: Option<i64> => Nullable<BigInt>,
            completed_at: Option<i64> => Nullable<BigInt>, queue: i64 => BigInt,
            queued_at: Option<i64> => Nullable<BigInt>) =
        concat!("INSERT INTO steps (", step_columns!(), ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    // The changes of every day, which set only what they change. What isn't set isn't looked at, and what isn't bound isn't
    // copied; all of them hold against the row that the turn had read. Fence and state together say which attempt it is.
    TakeStep(worker: Option<i64> => Nullable<BigInt>, started_at: Option<i64> => Nullable<BigInt>,
             deadline_at: Option<i64> => Nullable<BigInt>, id: i64 => BigInt, old_fence: i64 => BigInt) =
        "UPDATE steps SET state = 'in_progress', attempts = attempts + 1, fence = fence + 1, worker_id = ?, \
         started_at = ?, deadline_at = ? WHERE id = ? AND +state = 'ready' AND fence = ?";
    /// A step that was made ready in this turn, and taken.
    TakeWaitingStep(ready_at: Option<i64> => Nullable<BigInt>, worker: Option<i64> => Nullable<BigInt>,
                    started_at: Option<i64> => Nullable<BigInt>, deadline_at: Option<i64> => Nullable<BigInt>,
                    queued_at: Option<i64> => Nullable<BigInt>, id: i64 => BigInt, old_fence: i64 => BigInt,
                    old_parents: i32 => Integer) =
        "UPDATE steps SET state = 'in_progress', pending_parents = 0, ready_at = ?, attempts = attempts + 1, \
         fence = fence + 1, worker_id = ?, started_at = ?, deadline_at = ?, queued_at = ? \
         WHERE id = ? AND +state = 'pending' AND fence = ? AND pending_parents = ?";
    ReleaseStep(ready_at: Option<i64> => Nullable<BigInt>, queued_at: Option<i64> => Nullable<BigInt>,
                id: i64 => BigInt, old_fence: i64 => BigInt, old_parents: i32 => Integer) =
        "UPDATE steps SET state = 'ready', pending_parents = 0, ready_at = ?, queued_at = ? \
         WHERE id = ? AND +state = 'pending' AND fence = ? AND pending_parents = ?";
    CompleteStep(completed_at: Option<i64> => Nullable<BigInt>, result: Option<&'a str> => Nullable<Text>,
                 id: i64 => BigInt, old_fence: i64 => BigInt) =
        "UPDATE steps SET state = 'complete', deadline_at = NULL, completed_at = ?, result = ? \
         WHERE id = ? AND +state = 'in_progress' AND fence = ?";
    CountParents(parents: i32 => Integer, id: i64 => BigInt, old_fence: i64 => BigInt, old_parents: i32 => Integer) =
        "UPDATE steps SET pending_parents = ? WHERE id = ? AND +state = 'pending' AND fence = ? AND pending_parents = ?";
    /// Held against the state, fence and open parents that the turn had read.
    SetStep(state: &'a str => Text, gate: &'a str => Text, pending_parents: i32 => Integer,
            ready_at: Option<i64> => Nullable<BigInt>, attempts: i32 => Integer, attempt_limit: i32 => Integer,
            fence: i64 => BigInt, worker: Option<i64> => Nullable<BigInt>,
            started_at: Option<i64> => Nullable<BigInt>, deadline_at: Option<i64> => Nullable<BigInt>,
            completed_at: Option<i64> => Nullable<BigInt>, queued_at: Option<i64> => Nullable<BigInt>,
            result: Option<&'a str> => Nullable<Text>, id: i64 => BigInt, old_state: &'a str => Text,
            old_fence: i64 => BigInt, old_parents: i32 => Integer) =
        "UPDATE steps SET state = ?, gate = ?, pending_parents = ?, ready_at = ?, attempts = ?, attempt_limit = ?, \
         fence = ?, worker_id = ?, started_at = ?, deadline_at = ?, completed_at = ?, queued_at = ?, \
         result = coalesce(?, result) WHERE id = ? AND +state = ? AND fence = ? AND pending_parents = ?";
    BeginTask(started_at: Option<i64> => Nullable<BigInt>, id: i64 => BigInt, old_done: i32 => Integer,
              old_failed: i32 => Integer, old_live: i32 => Integer) =
        "UPDATE tasks SET state = 'in_progress', started_at = ? \
         WHERE id = ? AND +state = 'pending' AND done_steps = ? AND failed_steps = ? AND live_steps = ?";
    /// Of a task in progress: its state, which is in an index, isn't touched.
    CountSteps(done: i32 => Integer, live: i32 => Integer, id: i64 => BigInt, old_done: i32 => Integer,
               old_failed: i32 => Integer, old_live: i32 => Integer) =
        "UPDATE tasks SET done_steps = ?, live_steps = ? \
         WHERE id = ? AND +state = 'in_progress' AND done_steps = ? AND failed_steps = ? AND live_steps = ?";
    CompleteTask(done: i32 => Integer, live: i32 => Integer, completed_at: Option<i64> => Nullable<BigInt>,
                 id: i64 => BigInt, old_done: i32 => Integer, old_failed: i32 => Integer, old_live: i32 => Integer) =
        "UPDATE tasks SET state = 'complete', done_steps = ?, live_steps = ?, completed_at = ? \
         WHERE id = ? AND +state = 'in_progress' AND done_steps = ? AND failed_steps = ? AND live_steps = ?";
    /// Held against the state and counts that the turn had read.
    SetTask(state: &'a str => Text, paused: i32 => Integer, done: i32 => Integer, failed: i32 => Integer,
            live: i32 => Integer, started_at: Option<i64> => Nullable<BigInt>,
            completed_at: Option<i64> => Nullable<BigInt>, deadline_at: Option<i64> => Nullable<BigInt>,
            id: i64 => BigInt, old_state: &'a str => Text, old_done: i32 => Integer, old_failed: i32 => Integer,
            old_live: i32 => Integer) =
        "UPDATE tasks SET state = ?, paused = ?, done_steps = ?, failed_steps = ?, live_steps = ?, started_at = ?, \
         completed_at = ?, deadline_at = ? \
         WHERE id = ? AND +state = ? AND done_steps = ? AND failed_steps = ? AND live_steps = ?";
    PutAttempt(step: i64 => BigInt, fence: i64 => BigInt, attempt: i32 => Integer,
               worker: Option<i64> => Nullable<BigInt>, ready_at: Option<i64> => Nullable<BigInt>,
               started_at: Option<i64> => Nullable<BigInt>, ended_at: i64 => BigInt, ending: &'a str => Text,
               error: Option<&'a str> => Nullable<Text>) =
        "INSERT INTO attempts (step_id, fence, attempt, worker_id, ready_at, started_at, ended_at, ending, error) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    PutTransition(task: i64 => BigInt, position: Option<i32> => Nullable<Integer>, at: i64 => BigInt,
                  from: &'a str => Text, to: &'a str => Text, worker: i64 => BigInt,
                  reason: Option<&'a str> => Nullable<Text>) =
        "INSERT INTO transitions (task_id, position, at, from_state, to_state, worker_id, reason) \
         VALUES (?, ?, ?, ?, ?, ?, ?)";

    Details(task: i64 => BigInt) -> (Text, Nullable<BigInt>, Nullable<Text>, Nullable<Text>, Nullable<Text>,
                                     Nullable<Text>, Nullable<Text>, Nullable<Text>) =
        "SELECT context, run_at, idempotency_key, initiator, source_system, reason, tags, correlation_id \
         FROM task_details WHERE task_id = ?";
    ResultsOfTask(first: i64 => BigInt, last: i64 => BigInt) -> (BigInt, Text) =
        "SELECT id, result FROM steps WHERE id BETWEEN ? AND ? AND result IS NOT NULL ORDER BY id";
    AttemptsOfTask(first: i64 => BigInt, last: i64 => BigInt) ->
        (BigInt, BigInt, Integer, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, BigInt, Text, Nullable<Text>) =
        "SELECT step_id, fence, attempt, worker_id, ready_at, started_at, ended_at, ending, error FROM attempts \
         WHERE step_id BETWEEN ? AND ? ORDER BY step_id, fence";
    TransitionsOfTask(task: i64 => BigInt) ->
        (Nullable<Integer>, BigInt, Text, Text, BigInt, Nullable<Text>) =
        "SELECT position, at, from_state, to_state, worker_id, reason FROM transitions WHERE task_id = ? ORDER BY id";
    /// Newest first; each filter is off where it is null.
    ListByState(state: &'a str => Text, before: i64 => BigInt, namespace: Option<&'a str> => Nullable<Text>,
                namespace2: Option<&'a str> => Nullable<Text>, name: Option<&'a str> => Nullable<Text>,
                name2: Option<&'a str> => Nullable<Text>, limit: i64 => BigInt) -> BigInt =
        "SELECT t.id FROM tasks AS t INDEXED BY tasks_by_state CROSS JOIN templates AS p ON p.id = t.template_id \
         WHERE t.state = ? AND t.id < ? AND (? IS NULL OR p.namespace = ?) AND (? IS NULL OR p.name = ?) \
         ORDER BY t.id DESC LIMIT ? + 0";
    ListAll(before: i64 => BigInt, namespace: Option<&'a str> => Nullable<Text>,
            namespace2: Option<&'a str> => Nullable<Text>, name: Option<&'a str> => Nullable<Text>,
            name2: Option<&'a str> => Nullable<Text>, limit: i64 => BigInt) -> BigInt =
        "SELECT t.id FROM tasks AS t CROSS JOIN templates AS p ON p.id = t.template_id \
         WHERE t.id < ? AND (? IS NULL OR p.namespace = ?) AND (? IS NULL OR p.name = ?) \
         ORDER BY t.id DESC LIMIT ? + 0";
    CountActive() -> BigInt =
        "SELECT count(*) FROM tasks INDEXED BY tasks_by_state WHERE state IN ('pending', 'in_progress')";
}
