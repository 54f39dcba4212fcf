-- Places in the queue of steps that can be taken: a huge task doesn't keep those that come after it waiting until all
-- of it is done. And queues, so that a worker may take the steps of some namespaces only.

DROP INDEX steps_claimable;

-- The hash of the namespace of the step's template, and the step's place: a time. Written with the step, the place each
-- time the step can be taken anew.
ALTER TABLE steps ADD COLUMN queue INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN queued_at INTEGER;

-- queue_of is a function that the migration brings along.
UPDATE steps SET
  queued_at = ready_at,
  queue = queue_of((SELECT p.namespace FROM tasks AS t JOIN templates AS p ON p.id = t.template_id
                    WHERE t.id = steps.id >> 16));

-- Serves a claim on any task: by priority, then by place.
CREATE INDEX steps_claimable ON steps (priority DESC, queued_at, id) WHERE state = 'ready' AND gate = 'open';
-- Serves a claim on the tasks of some namespaces.
CREATE INDEX steps_claimable_by_queue ON steps (queue, priority DESC, queued_at, id)
  WHERE state = 'ready' AND gate = 'open';
