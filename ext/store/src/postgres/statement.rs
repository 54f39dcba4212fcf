//! The SQL, each statement a type of its own, so that it is prepared once for each connection.
//!
//! Sets go in as arrays that `unnest` reads: a statement's text never depends on its data, and a turn of a thousand rows
//! takes as many statements as a turn of one.

#![expect(
    clippy::too_many_arguments,
    reason = "a statement takes an argument for each of its placeholders"
)]

use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};

use crate::rows::{StepSql, TaskSql};
use crate::statements::statements;

type Ids<'a> = &'a [i64];
type Words<'a> = &'a [&'a str];
type Texts<'a> = &'a [Option<&'a str>];
type Times<'a> = &'a [Option<i64>];
type Counts<'a> = &'a [i32];

type BigInts = Array<BigInt>;
type Integers = Array<Integer>;
type TextArray = Array<Text>;
type MaybeBigInts = Array<Nullable<BigInt>>;
type MaybeTexts = Array<Nullable<Text>>;

/// The columns of [`crate::rows::StepTuple`], in its order.
macro_rules! step_columns {
    () => {
        "s.id, s.state, s.gate, s.priority, s.pending_parents, s.ready_at, s.attempts, s.attempt_limit, s.fence, \
         s.worker_id, s.started_at, s.deadline_at, s.completed_at, s.queue, s.queued_at"
    };
}

/// The columns of [`crate::rows::TaskTuple`], in its order.
macro_rules! task_columns {
    () => {
        "t.id, t.template_id, t.state, t.paused::integer, t.priority, t.step_count, t.done_steps, t.failed_steps, \
         t.live_steps, t.created_at, t.started_at, t.completed_at, t.deadline_at"
    };
}

/// The task of each step that is to be taken; the limit keeps it a look at one row for each.
macro_rules! tasks_of_claimed {
    () => {
        "CROSS JOIN LATERAL (SELECT * FROM tasks AS t WHERE t.id = s.id >> 16 LIMIT 1) AS t"
    };
}

/// Fails, and with it the whole transaction, where an update reached other than so many rows: its commit is sent before
/// the answer is here. What the server says then has [`super::fault::CHANGED`] in it.
macro_rules! reaching {
    ($update:literal) => {
        concat!(
            "WITH reached AS (",
            $update,
            " RETURNING 1) SELECT (CASE count(*) WHEN ? THEN 'true' ELSE 'tasker_core.changed' END)::boolean FROM reached"
        )
    };
}

statements! { for Pg;
    /// The time by the clock of the database.
    Clock() -> BigInt = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    /// This transaction's id, for asking later what became of it.
    TransactionId() -> Text = "SELECT pg_current_xact_id()::text";
    /// The same, where it has one because it holds rows: a turn that finds nothing needs none.
    TransactionIdIfAny() -> Nullable<Text> = "SELECT pg_current_xact_id_if_assigned()::text";
    /// How a transaction ended whose traces are given as JSON: `committed`, `aborted`, `in progress` or `absent`. An
    /// id that isn't older than a new one was never given, or is given again; and a committed one is ours where what we
    /// wrote is there under that id.
    TransactionStatus(traces: &'a str => Text) -> Text =
        "SELECT CASE \
           WHEN w.id::xid8 >= pg_current_xact_id() THEN 'aborted' \
           WHEN pg_xact_status(w.id::xid8) <> 'committed' THEN pg_xact_status(w.id::xid8) \
           WHEN EXISTS (SELECT FROM task_details AS d JOIN tasks AS t ON t.id = d.task_id \
               WHERE d.task_id = w.task AND t.created_at = w.at AND d.xmin = w.id::xid8::xid) \
             OR EXISTS (SELECT FROM transitions AS h \
               WHERE h.task_id = w.task AND h.at = w.at AND h.xmin = w.id::xid8::xid) \
             OR EXISTS (SELECT FROM attempts AS a \
               WHERE a.step_id = w.ended_step AND a.fence = w.ended_fence AND a.ended_at = w.at \
                 AND a.xmin = w.id::xid8::xid) \
             OR EXISTS (SELECT FROM steps AS s \
               WHERE s.id = w.step AND s.xmin = w.id::xid8::xid \
                 AND (s.fence, s.ready_at, s.queued_at, s.started_at, s.deadline_at, s.completed_at) \
                   IS NOT DISTINCT FROM \
                   (w.fence, w.ready_at, w.queued_at, w.started_at, w.deadline_at, w.completed_at)) \
           THEN 'committed' ELSE 'absent' END \
         FROM jsonb_to_record(?::jsonb) AS w (id text, at bigint, task bigint, ended_step bigint, \
           ended_fence bigint, step bigint, fence bigint, ready_at bigint, queued_at bigint, started_at bigint, \
           deadline_at bigint, completed_at bigint)";

    Enroll(name: &'a str => Text, now: i64 => BigInt, expires: i64 => BigInt) -> BigInt =
        "INSERT INTO workers (name, enrolled_at, lease_expires_at) VALUES (?, ?, ?) RETURNING id";
    LeaveWorkers(ids: Ids<'a> => BigInts) = "UPDATE workers SET lease_expires_at = NULL WHERE id = ANY(?)";
    RenewLease(expires: i64 => BigInt, id: i64 => BigInt) =
        "UPDATE workers SET lease_expires_at = greatest(?, enrolled_at) WHERE id = ?";
    Colleagues(me: i64 => BigInt) -> (BigInt, Text) =
        "SELECT id, name FROM workers WHERE lease_expires_at IS NOT NULL AND id <> ?";
    /// Takes the lease from workers that were silent for too long. One that renews it at this moment keeps it.
    LapseLeases(me: i64 => BigInt, now: i64 => BigInt) -> BigInt =
        "UPDATE workers SET lease_expires_at = NULL WHERE lease_expires_at IS NOT NULL AND id <> ? \
         AND lease_expires_at <= ? RETURNING id";
    WorkerNames(ids: Ids<'a> => BigInts) -> (BigInt, Text) = "SELECT id, name FROM workers WHERE id = ANY(?)";
    /// What workers without a lease still hold.
    Orphans() -> (BigInt, BigInt, Text) =
        "SELECT h.id, h.fence, w.name FROM steps AS h JOIN workers AS w ON w.id = h.worker_id \
         WHERE h.state = 'in_progress' AND w.lease_expires_at IS NULL LIMIT 1000";

    StepsByIds(ids: Ids<'a> => BigInts) -> StepSql =
        concat!("SELECT ", step_columns!(), " FROM steps AS s WHERE s.id = ANY(?)");
    StepsOfTask(first: i64 => BigInt, last: i64 => BigInt) -> StepSql =
        concat!("SELECT ", step_columns!(), " FROM steps AS s WHERE s.id BETWEEN ? AND ? ORDER BY s.id");
    /// Tasks that a turn may change. Every turn locks in the order of the ids, so none waits for one that waits for it.
    TasksToChange(ids: Ids<'a> => BigInts) -> TaskSql =
        concat!("SELECT ", task_columns!(), " FROM tasks AS t WHERE t.id = ANY(?) ORDER BY t.id FOR NO KEY UPDATE");
    /// Tasks as they are.
    TasksToRead(ids: Ids<'a> => BigInts) -> TaskSql =
        concat!("SELECT ", task_columns!(), " FROM tasks AS t WHERE t.id = ANY(?)");
    /// Tasks of which steps are to be taken: the first step taken changes its task, the others leave it alone.
    TasksBegun(ids: Ids<'a> => BigInts) -> TaskSql =
        concat!("SELECT ", task_columns!(), " FROM tasks AS t WHERE t.id = ANY(?) AND t.state <> 'pending'");
    TasksToBegin(ids: Ids<'a> => BigInts) -> TaskSql =
        concat!("SELECT ", task_columns!(), " FROM tasks AS t WHERE t.id = ANY(?) AND t.state = 'pending' \
                 ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED");
    /// Steps to be taken, each with its task as it is read: it isn't locked, see [`TasksBegun`]. The limit within keeps the
    /// steps before the tasks, whatever the statistics say.
    ClaimableOfAny(limit: i64 => BigInt) -> (StepSql, TaskSql) = concat!(
        "SELECT ", step_columns!(), ", ", task_columns!(), " FROM (\
           SELECT * FROM steps AS s WHERE s.state = 'ready' AND s.gate = 'open' \
           ORDER BY s.priority DESC, s.queued_at, s.id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED) AS s ", tasks_of_claimed!());
    /// The first of several queues: each is read in its order, and they are merged.
    ClaimableOfQueues(queues: Ids<'a> => BigInts, each: i64 => BigInt, limit: i64 => BigInt) -> (StepSql, TaskSql) = concat!(
        "SELECT ", step_columns!(), ", ", task_columns!(), " FROM (\
           SELECT s.* FROM unnest(?) AS q (queue) CROSS JOIN LATERAL (\
             SELECT * FROM steps AS s WHERE s.state = 'ready' AND s.gate = 'open' AND s.queue = q.queue \
             ORDER BY s.priority DESC, s.queued_at, s.id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED) AS s \
           ORDER BY s.priority DESC, s.queued_at, s.id LIMIT ?) AS s ", tasks_of_claimed!());
    ClaimableOfTask(first: i64 => BigInt, last: i64 => BigInt, limit: i64 => BigInt) -> (StepSql, TaskSql) = concat!(
        "SELECT ", step_columns!(), ", ", task_columns!(), " FROM (\
           SELECT * FROM steps AS s WHERE s.state = 'ready' AND s.gate = 'open' \
           AND s.id BETWEEN ? AND ? ORDER BY s.id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED) AS s ", tasks_of_claimed!());

    Definitions(ids: Ids<'a> => BigInts) -> (BigInt, Text) = "SELECT id, definition FROM templates WHERE id = ANY(?)";
    Editions(namespace: &'a str => Text, name: &'a str => Text) -> (BigInt, Text) =
        "SELECT id, version FROM templates WHERE namespace = ? AND name = ? ORDER BY id";
    TemplateNames() -> (Text, Text) = "SELECT DISTINCT namespace, name FROM templates";
    AllTemplates() -> (BigInt, Text, Text, Text, Integer) =
        "SELECT DISTINCT ON (namespace, name, version) id, namespace, name, version, step_count FROM templates \
         ORDER BY namespace, name, version, id DESC";
    NewestText(namespace: &'a str => Text, name: &'a str => Text, version: &'a str => Text) -> (BigInt, Text) =
        "SELECT id, definition FROM templates WHERE namespace = ? AND name = ? AND version = ? \
         ORDER BY id DESC LIMIT 1";
    /// Lets no other process store a template until this transaction ends.
    LockTemplates() = "LOCK TABLE templates IN SHARE ROW EXCLUSIVE MODE";
    PutTemplate(namespace: &'a str => Text, name: &'a str => Text, version: &'a str => Text,
                definition: &'a str => Text, step_count: i32 => Integer, now: i64 => BigInt) -> BigInt =
        "INSERT INTO templates (namespace, name, version, definition, step_count, registered_at) \
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id";

    KeyedTasks(namespaces: Words<'a> => TextArray, names: Words<'a> => TextArray, keys: Words<'a> => TextArray) ->
        (Text, Text, Text, BigInt) =
        "SELECT k.namespace, k.name, k.key, k.task_id FROM unnest(?, ?, ?) AS w (namespace, name, key) \
         JOIN idempotency_keys AS k USING (namespace, name, key)";
    PutKeys(namespaces: Words<'a> => TextArray, names: Words<'a> => TextArray, keys: Words<'a> => TextArray,
            tasks: Ids<'a> => BigInts) =
        "INSERT INTO idempotency_keys (namespace, name, key, task_id) SELECT * FROM unnest(?, ?, ?, ?)";
    DatabaseId() -> BigInt = "SELECT database_id FROM identity";
    TaskIds(count: i32 => Integer) -> BigInt = "SELECT nextval('task_ids') FROM generate_series(1, ?)";

    Contexts(ids: Ids<'a> => BigInts) -> (BigInt, Text) =
        "SELECT task_id, context FROM task_details WHERE task_id = ANY(?)";
    Results(ids: Ids<'a> => BigInts) -> (BigInt, Text) =
        "SELECT id, result FROM steps WHERE id = ANY(?) AND result IS NOT NULL";

    /// Whether no other process sees to what is due; so until this transaction ends.
    SeeToDue(schema: &'a str => Text) -> Bool =
        "SELECT pg_try_advisory_xact_lock(hashtextextended('tasker_core due ' || ?, 0))";
    TimedSteps(now: i64 => BigInt) -> BigInt =
        "SELECT id FROM steps WHERE state = 'ready' AND gate = 'timed' AND ready_at <= ? ORDER BY ready_at LIMIT 1000";
    OverdueSteps(now: i64 => BigInt) -> (BigInt, BigInt) =
        "SELECT id, fence FROM steps WHERE state = 'in_progress' AND deadline_at <= ? ORDER BY deadline_at LIMIT 1000";
    OverdueTasks(now: i64 => BigInt) -> BigInt =
        "SELECT id FROM tasks WHERE deadline_at IS NOT NULL AND state IN ('pending', 'in_progress') \
         AND deadline_at <= ? ORDER BY deadline_at LIMIT 100";
    /// The next time at which anything of that falls due after `now`.
    NextDue(now: i64 => BigInt, now2: i64 => BigInt, now3: i64 => BigInt) -> Nullable<BigInt> =
        "SELECT least(\
           (SELECT min(ready_at) FROM steps WHERE state = 'ready' AND gate = 'timed' AND ready_at > ?), \
           (SELECT min(deadline_at) FROM steps WHERE state = 'in_progress' AND deadline_at > ?), \
           (SELECT min(deadline_at) FROM tasks WHERE deadline_at IS NOT NULL \
              AND state IN ('pending', 'in_progress') AND deadline_at > ?))";
    HeldOfTask(me: i64 => BigInt, since: i64 => BigInt, first: i64 => BigInt, last: i64 => BigInt) -> (BigInt, BigInt) =
        "SELECT count(*) FILTER (WHERE worker_id = ?), count(*) FROM steps \
         WHERE state = 'in_progress' AND deadline_at > ? AND id BETWEEN ? AND ?";
    CountClaimable(first: i64 => BigInt, last: i64 => BigInt) -> BigInt =
        "SELECT count(*) FROM (SELECT 1 FROM steps WHERE state = 'ready' AND gate = 'open' AND id BETWEEN ? AND ? \
         LIMIT 1000) AS counted";
    NextTimed(first: i64 => BigInt, last: i64 => BigInt) -> Nullable<BigInt> =
        "SELECT min(ready_at) FROM steps WHERE state = 'ready' AND gate = 'timed' AND id BETWEEN ? AND ?";

    PutTasks(ids: Ids<'a> => BigInts, templates: Ids<'a> => BigInts, states: Words<'a> => TextArray,
             paused: &'a [bool] => Array<Bool>, priorities: Counts<'a> => Integers, step_counts: Counts<'a> => Integers,
             done: Counts<'a> => Integers, failed: Counts<'a> => Integers, live: Counts<'a> => Integers,
             created: Ids<'a> => BigInts, started: Times<'a> => MaybeBigInts, completed: Times<'a> => MaybeBigInts,
             deadlines: Times<'a> => MaybeBigInts) =
        "INSERT INTO tasks (id, template_id, state, paused, priority, step_count, done_steps, failed_steps, live_steps, \
         created_at, started_at, completed_at, deadline_at) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    PutDetails(ids: Ids<'a> => BigInts, contexts: Words<'a> => TextArray, run_at: Times<'a> => MaybeBigInts,
               keys: Texts<'a> => MaybeTexts, initiators: Texts<'a> => MaybeTexts, systems: Texts<'a> => MaybeTexts,
               reasons: Texts<'a> => MaybeTexts, tags: Texts<'a> => MaybeTexts, correlations: Texts<'a> => MaybeTexts) =
        "INSERT INTO task_details (task_id, context, run_at, idempotency_key, initiator, source_system, reason, tags, \
         correlation_id) SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    PutSteps(ids: Ids<'a> => BigInts, states: Words<'a> => TextArray, gates: Words<'a> => TextArray,
             priorities: Counts<'a> => Integers, parents: Counts<'a> => Integers, ready: Times<'a> => MaybeBigInts,
             attempts: Counts<'a> => Integers, limits: Counts<'a> => Integers, fences: Ids<'a> => BigInts,
             workers: Times<'a> => MaybeBigInts, started: Times<'a> => MaybeBigInts, deadlines: Times<'a> => MaybeBigInts,
             completed: Times<'a> => MaybeBigInts, queues: Ids<'a> => BigInts, queued: Times<'a> => MaybeBigInts) =
        "INSERT INTO steps (id, state, gate, priority, pending_parents, ready_at, attempts, attempt_limit, fence, \
         worker_id, started_at, deadline_at, completed_at, queue, queued_at) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    /// Held against the state, fence and open parents that the turn had read.
    SetSteps(ids: Ids<'a> => BigInts, states: Words<'a> => TextArray, gates: Words<'a> => TextArray,
             parents: Counts<'a> => Integers, ready: Times<'a> => MaybeBigInts, attempts: Counts<'a> => Integers,
             limits: Counts<'a> => Integers, fences: Ids<'a> => BigInts, workers: Times<'a> => MaybeBigInts,
             started: Times<'a> => MaybeBigInts, deadlines: Times<'a> => MaybeBigInts,
             completed: Times<'a> => MaybeBigInts, queued: Times<'a> => MaybeBigInts, results: Texts<'a> => MaybeTexts,
             old_states: Words<'a> => TextArray, old_fences: Ids<'a> => BigInts, old_parents: Counts<'a> => Integers,
             expected: i64 => BigInt) = reaching!(
        "UPDATE steps AS s SET state = n.state, gate = n.gate, pending_parents = n.pending_parents, \
         ready_at = n.ready_at, attempts = n.attempts, attempt_limit = n.attempt_limit, fence = n.fence, \
         worker_id = n.worker_id, started_at = n.started_at, deadline_at = n.deadline_at, \
         completed_at = n.completed_at, queued_at = n.queued_at, result = coalesce(n.result, s.result) \
         FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (id, state, gate, pending_parents, ready_at, \
         attempts, attempt_limit, fence, worker_id, started_at, deadline_at, completed_at, queued_at, result, \
         old_state, old_fence, old_parents) \
         WHERE s.id = n.id AND s.state = n.old_state AND s.fence = n.old_fence \
         AND s.pending_parents = n.old_parents");
    /// Held against the state and counts that the turn had read.
    SetTasks(ids: Ids<'a> => BigInts, states: Words<'a> => TextArray, paused: &'a [bool] => Array<Bool>,
             done: Counts<'a> => Integers, failed: Counts<'a> => Integers, live: Counts<'a> => Integers,
             started: Times<'a> => MaybeBigInts, completed: Times<'a> => MaybeBigInts,
             deadlines: Times<'a> => MaybeBigInts, old_states: Words<'a> => TextArray, old_done: Counts<'a> => Integers,
             old_failed: Counts<'a> => Integers, old_live: Counts<'a> => Integers, expected: i64 => BigInt) = reaching!(
        "UPDATE tasks AS t SET state = n.state, paused = n.paused, done_steps = n.done_steps, \
         failed_steps = n.failed_steps, live_steps = n.live_steps, started_at = n.started_at, \
         completed_at = n.completed_at, deadline_at = n.deadline_at \
         FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (id, state, paused, done_steps, failed_steps, \
         live_steps, started_at, completed_at, deadline_at, old_state, old_done, old_failed, old_live) \
         WHERE t.id = n.id AND t.state = n.old_state AND t.done_steps = n.old_done \
         AND t.failed_steps = n.old_failed AND t.live_steps = n.old_live");
    PutAttempts(steps: Ids<'a> => BigInts, fences: Ids<'a> => BigInts, attempts: Counts<'a> => Integers,
                workers: Times<'a> => MaybeBigInts, ready: Times<'a> => MaybeBigInts, started: Times<'a> => MaybeBigInts,
                ended: Ids<'a> => BigInts, endings: Words<'a> => TextArray, errors: Texts<'a> => MaybeTexts) =
        "INSERT INTO attempts (step_id, fence, attempt, worker_id, ready_at, started_at, ended_at, ending, error) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    PutTransitions(tasks: Ids<'a> => BigInts, positions: &'a [Option<i32>] => Array<Nullable<Integer>>,
                   at: Ids<'a> => BigInts, from: Words<'a> => TextArray, to: Words<'a> => TextArray,
                   workers: Ids<'a> => BigInts, reasons: Texts<'a> => MaybeTexts) =
        "INSERT INTO transitions (task_id, position, at, from_state, to_state, worker_id, reason) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?)";

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
        "SELECT t.id FROM tasks AS t JOIN templates AS p ON p.id = t.template_id \
         WHERE t.state = ? AND t.id < ? AND (? IS NULL OR p.namespace = ?) AND (? IS NULL OR p.name = ?) \
         ORDER BY t.id DESC LIMIT ?";
    ListAll(before: i64 => BigInt, namespace: Option<&'a str> => Nullable<Text>,
            namespace2: Option<&'a str> => Nullable<Text>, name: Option<&'a str> => Nullable<Text>,
            name2: Option<&'a str> => Nullable<Text>, limit: i64 => BigInt) -> BigInt =
        "SELECT t.id FROM tasks AS t JOIN templates AS p ON p.id = t.template_id \
         WHERE t.id < ? AND (? IS NULL OR p.namespace = ?) AND (? IS NULL OR p.name = ?) \
         ORDER BY t.id DESC LIMIT ?";
    CountActive() -> BigInt = "SELECT count(*) FROM tasks WHERE state IN ('pending', 'in_progress')";

    SchemaExists(schema: &'a str => Text) -> Bool = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ?)";
    TableExists(schema: &'a str => Text, name: &'a str => Text) -> Bool =
        "SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = ? AND c.relname = ?)";
    CountTables(schema: &'a str => Text) -> BigInt =
        "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = ? AND c.relkind IN ('r', 'p')";
    NewestMigration() -> Nullable<Integer> = "SELECT max(version) FROM migrations";
    PutMigration(version: i32 => Integer) = "INSERT INTO migrations (version) VALUES (?)";
    LockMigrations(schema: &'a str => Text) -> Text =
        "SELECT pg_advisory_xact_lock(hashtextextended('tasker_core migrations ' || ?, 0))::text";
}
