-- Words are checked one by one: for an IN of more than two, SQLite builds a table of them anew with every row that is
-- written, which takes longer than writing it.

-- Numbers that belong to the whole: the id for the next task, written by every turn that submits.
CREATE TABLE counters (
  name  TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('next_task', 1);
-- Tells this database from every other: part of what steps give to services as a key.
INSERT INTO counters (name, value) VALUES ('database_id', abs(random() >> 1));

-- Coordinators, one row each time one is opened. Written at opening and closing, and when a lease is renewed.
CREATE TABLE workers (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  name             TEXT NOT NULL,
  enrolled_at      INTEGER NOT NULL,
  lease_expires_at INTEGER,
  CHECK (lease_expires_at IS NULL OR lease_expires_at >= enrolled_at)
) STRICT;
-- Finds workers whose lease is over; those that left have none.
CREATE INDEX workers_leased ON workers (lease_expires_at) WHERE lease_expires_at IS NOT NULL;

-- Texts of templates. Written by registration, never changed: a running task keeps the text it began with.
CREATE TABLE templates (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace     TEXT NOT NULL,
  name          TEXT NOT NULL,
  version       TEXT NOT NULL,
  definition    TEXT NOT NULL,
  step_count    INTEGER NOT NULL CHECK (step_count BETWEEN 1 AND 65536),
  registered_at INTEGER NOT NULL
) STRICT;
-- Finds the editions of a template by name.
CREATE INDEX templates_named ON templates (namespace, name, version);

-- What changes of a task while it runs. Written by turns.
CREATE TABLE tasks (
  id           INTEGER PRIMARY KEY,
  template_id  INTEGER NOT NULL REFERENCES templates (id),
  state        TEXT NOT NULL
    CHECK (state = 'pending' OR state = 'in_progress' OR state = 'complete' OR state = 'error'
           OR state = 'cancelled' OR state = 'resolved_manually'),
  paused       INTEGER NOT NULL CHECK (paused IN (0, 1)),
  priority     INTEGER NOT NULL,
  step_count   INTEGER NOT NULL CHECK (step_count > 0),
  done_steps   INTEGER NOT NULL CHECK (done_steps BETWEEN 0 AND step_count),
  failed_steps INTEGER NOT NULL CHECK (failed_steps BETWEEN 0 AND step_count),
  live_steps   INTEGER NOT NULL CHECK (live_steps BETWEEN 0 AND step_count),
  created_at   INTEGER NOT NULL,
  started_at   INTEGER,
  completed_at INTEGER,
  deadline_at  INTEGER,
  CHECK (state <> 'complete' OR done_steps = step_count),
  CHECK ((completed_at IS NULL) = (state IN ('pending', 'in_progress')))
) STRICT;
-- Lists tasks by state, and counts the active ones.
CREATE INDEX tasks_by_state ON tasks (state, id);
-- Lists tasks by template.
CREATE INDEX tasks_by_template ON tasks (template_id, id);
-- Finds tasks past their deadline.
CREATE INDEX tasks_with_deadline ON tasks (deadline_at)
  WHERE deadline_at IS NOT NULL AND state IN ('pending', 'in_progress');

-- What is said of a task once. Written when it is submitted.
CREATE TABLE task_details (
  task_id         INTEGER PRIMARY KEY REFERENCES tasks (id),
  context         TEXT NOT NULL,
  run_at          INTEGER,
  idempotency_key TEXT,
  initiator       TEXT,
  source_system   TEXT,
  reason          TEXT,
  tags            TEXT,
  correlation_id  TEXT
) STRICT;

-- Keys against a second submission. Written when a task with a key is submitted.
CREATE TABLE idempotency_keys (
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  key       TEXT NOT NULL,
  task_id   INTEGER NOT NULL REFERENCES tasks (id),
  PRIMARY KEY (namespace, name, key)
) STRICT, WITHOUT ROWID;

-- What changes of a step while it runs; its id is task_id << 16 | position. Written by turns.
CREATE TABLE steps (
  id              INTEGER PRIMARY KEY,
  state           TEXT NOT NULL
    CHECK (state = 'pending' OR state = 'ready' OR state = 'in_progress' OR state = 'complete'
           OR state = 'error' OR state = 'cancelled' OR state = 'resolved_manually' OR state = 'skipped'),
  gate            TEXT NOT NULL CHECK (gate = 'open' OR gate = 'timed' OR gate = 'paused'),
  priority        INTEGER NOT NULL,
  pending_parents INTEGER NOT NULL CHECK (pending_parents >= 0),
  ready_at        INTEGER,
  attempts        INTEGER NOT NULL CHECK (attempts BETWEEN 0 AND attempt_limit),
  attempt_limit   INTEGER NOT NULL CHECK (attempt_limit >= 1),
  fence           INTEGER NOT NULL CHECK (fence >= 0),
  worker_id       INTEGER REFERENCES workers (id),
  started_at      INTEGER,
  deadline_at     INTEGER,
  completed_at    INTEGER,
  CHECK ((state <> 'ready' AND state <> 'in_progress' AND state <> 'complete') OR pending_parents = 0),
  CHECK (state <> 'in_progress' OR (worker_id IS NOT NULL AND started_at IS NOT NULL))
) STRICT;
-- Serves a claim on any task: by priority, then by age.
CREATE INDEX steps_claimable ON steps (priority DESC, ready_at, id) WHERE state = 'ready' AND gate = 'open';
-- Serves a claim on one task.
CREATE INDEX steps_claimable_by_task ON steps (id) WHERE state = 'ready' AND gate = 'open';
-- Finds steps whose wait is over.
CREATE INDEX steps_timed ON steps (ready_at) WHERE state = 'ready' AND gate = 'timed';
-- Tells when a task's next step is due.
CREATE INDEX steps_timed_by_task ON steps (id, ready_at) WHERE state = 'ready' AND gate = 'timed';
-- Finds attempts past their deadline, and what a worker or a task has in hand; as large as what is running.
CREATE INDEX steps_held ON steps (deadline_at, worker_id, id, fence) WHERE state = 'in_progress';

-- Results. Written once, when a step completes or is resolved by hand.
CREATE TABLE results (
  step_id INTEGER PRIMARY KEY REFERENCES steps (id),
  result  TEXT NOT NULL
) STRICT;

-- Attempts. Written once each, when they end.
CREATE TABLE attempts (
  step_id    INTEGER NOT NULL REFERENCES steps (id),
  fence      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  worker_id  INTEGER,
  ready_at   INTEGER,
  started_at INTEGER,
  ended_at   INTEGER NOT NULL,
  ending     TEXT NOT NULL
    CHECK (ending = 'complete' OR ending = 'retry' OR ending = 'error' OR ending = 'released'
           OR ending = 'voided'),
  error      TEXT,
  PRIMARY KEY (step_id, fence)
) STRICT, WITHOUT ROWID;

-- Transitions that no attempt tells of: those of tasks, and those made by hand.
CREATE TABLE transitions (
  id         INTEGER PRIMARY KEY,
  task_id    INTEGER NOT NULL REFERENCES tasks (id),
  position   INTEGER,
  at         INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  worker_id  INTEGER NOT NULL,
  reason     TEXT
) STRICT;
-- Reads the history of a task.
CREATE INDEX transitions_of_task ON transitions (task_id, id);
