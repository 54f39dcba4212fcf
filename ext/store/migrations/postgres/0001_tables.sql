-- The tables of one schema. Times are milliseconds since the Unix epoch, by the clock of the database.
--
-- Rows refer to each other by ids that nothing ever deletes alone, so there are no foreign keys: each would cost every
-- written row a look at another table. Every update is compare-and-set, and states are checked.

-- Which migrations have run.
CREATE TABLE migrations (
  version    integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Tells this database from every other: part of what steps give to services as a key.
CREATE TABLE identity (
  singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  database_id bigint NOT NULL
);
INSERT INTO identity (database_id)
  SELECT ('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 15))::bit(60)::bigint;

-- Ids of tasks. A turn that is undone leaves a gap.
CREATE SEQUENCE task_ids AS bigint;

-- Coordinators, one row each time one is opened. Written at opening and closing, and when a lease is renewed.
CREATE TABLE workers (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name             text NOT NULL,
  enrolled_at      bigint NOT NULL,
  lease_expires_at bigint,
  CHECK (lease_expires_at IS NULL OR lease_expires_at >= enrolled_at)
);
-- Finds workers whose lease is over; those that left have none.
CREATE INDEX workers_leased ON workers (lease_expires_at) WHERE lease_expires_at IS NOT NULL;

-- Texts of templates. Written by registration, never changed: a running task keeps the text it began with.
CREATE TABLE templates (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  namespace     text NOT NULL,
  name          text NOT NULL,
  version       text NOT NULL,
  definition    text NOT NULL,
  step_count    integer NOT NULL CHECK (step_count BETWEEN 1 AND 65536),
  registered_at bigint NOT NULL
);
-- Finds the editions of a template by name.
CREATE INDEX templates_named ON templates (namespace, name, version);

-- What changes of a task while it runs. Written by turns; counts change in place, which the free part of a page is for.
CREATE TABLE tasks (
  id           bigint PRIMARY KEY,
  template_id  bigint NOT NULL,
  created_at   bigint NOT NULL,
  started_at   bigint,
  completed_at bigint,
  deadline_at  bigint,
  priority     integer NOT NULL,
  step_count   integer NOT NULL CHECK (step_count > 0),
  done_steps   integer NOT NULL CHECK (done_steps BETWEEN 0 AND step_count),
  failed_steps integer NOT NULL CHECK (failed_steps BETWEEN 0 AND step_count),
  live_steps   integer NOT NULL CHECK (live_steps BETWEEN 0 AND step_count),
  paused       boolean NOT NULL,
  state        text NOT NULL
    CHECK (state IN ('pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually')),
  CHECK (state <> 'complete' OR done_steps = step_count),
  CHECK ((completed_at IS NULL) = (state IN ('pending', 'in_progress')))
) WITH (fillfactor = 70);
-- Lists tasks by state, and counts the active ones.
CREATE INDEX tasks_by_state ON tasks (state, id);
-- Lists tasks by template.
CREATE INDEX tasks_by_template ON tasks (template_id, id);
-- Finds tasks past their deadline.
CREATE INDEX tasks_with_deadline ON tasks (deadline_at)
  WHERE deadline_at IS NOT NULL AND state IN ('pending', 'in_progress');

-- What is said of a task once. Written when it is submitted.
CREATE TABLE task_details (
  task_id         bigint PRIMARY KEY,
  run_at          bigint,
  context         text NOT NULL,
  idempotency_key text,
  initiator       text,
  source_system   text,
  reason          text,
  tags            text,
  correlation_id  text
);

-- Keys against a second submission. Written when a task with a key is submitted.
CREATE TABLE idempotency_keys (
  namespace text NOT NULL,
  name      text NOT NULL,
  key       text NOT NULL,
  task_id   bigint NOT NULL,
  PRIMARY KEY (namespace, name, key)
);

-- A step, its id being task_id << 16 | position. Written by turns. The row of a complete step tells of the attempt that
-- completed it, too, so that one isn't written a second time.
CREATE TABLE steps (
  id              bigint PRIMARY KEY,
  queue           bigint NOT NULL,
  queued_at       bigint,
  ready_at        bigint,
  fence           bigint NOT NULL CHECK (fence >= 0),
  worker_id       bigint,
  started_at      bigint,
  deadline_at     bigint,
  completed_at    bigint,
  priority        integer NOT NULL,
  pending_parents integer NOT NULL CHECK (pending_parents >= 0),
  attempts        integer NOT NULL CHECK (attempts BETWEEN 0 AND attempt_limit),
  attempt_limit   integer NOT NULL CHECK (attempt_limit >= 1),
  state           text NOT NULL
    CHECK (state IN ('pending', 'ready', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually',
                     'skipped')),
  gate            text NOT NULL CHECK (gate IN ('open', 'timed', 'paused')),
  result          text,
  CHECK (state NOT IN ('ready', 'in_progress', 'complete') OR pending_parents = 0),
  CHECK (state <> 'in_progress' OR (worker_id IS NOT NULL AND started_at IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.05);
-- Serves a claim on any task: by priority, then by place in the queue.
CREATE INDEX steps_claimable ON steps (priority DESC, queued_at, id) WHERE state = 'ready' AND gate = 'open';
-- Serves a claim on the tasks of one namespace.
CREATE INDEX steps_claimable_by_queue ON steps (queue, priority DESC, queued_at, id)
  WHERE state = 'ready' AND gate = 'open';
-- Serves a claim on one task.
CREATE INDEX steps_claimable_by_task ON steps (id) WHERE state = 'ready' AND gate = 'open';
-- Finds steps whose wait is over.
CREATE INDEX steps_timed ON steps (ready_at) WHERE state = 'ready' AND gate = 'timed';
-- Tells when a task's next step is due.
CREATE INDEX steps_timed_by_task ON steps (id, ready_at) WHERE state = 'ready' AND gate = 'timed';
-- Finds attempts past their deadline, and what a worker or a task has in hand; as large as what is running.
CREATE INDEX steps_held ON steps (deadline_at, worker_id, id, fence) WHERE state = 'in_progress';

-- Attempts that did not complete their step. Written once each, when they end.
CREATE TABLE attempts (
  step_id    bigint NOT NULL,
  fence      bigint NOT NULL,
  worker_id  bigint,
  ready_at   bigint,
  started_at bigint,
  ended_at   bigint NOT NULL,
  attempt    integer NOT NULL,
  ending     text NOT NULL CHECK (ending IN ('retry', 'error', 'released', 'voided')),
  error      text,
  PRIMARY KEY (step_id, fence)
);

-- Transitions that no attempt tells of: those of tasks, and those made by hand.
CREATE TABLE transitions (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id    bigint NOT NULL,
  at         bigint NOT NULL,
  worker_id  bigint NOT NULL,
  position   integer,
  from_state text NOT NULL,
  to_state   text NOT NULL,
  reason     text
);
-- Reads the history of a task.
CREATE INDEX transitions_of_task ON transitions (task_id, id);
