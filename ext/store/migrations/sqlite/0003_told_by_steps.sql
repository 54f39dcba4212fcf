-- The row of a complete step holds its result and tells of the attempt that completed it, so that neither is written a
-- second time elsewhere.

-- The last column: whoever reads the others doesn't read it.
ALTER TABLE steps ADD COLUMN result TEXT;
UPDATE steps SET result = r.result FROM results AS r WHERE r.step_id = steps.id;
DROP TABLE results;

-- One that tells something else than its step's row stays.
DELETE FROM attempts WHERE ending = 'complete' AND error IS NULL AND EXISTS (
  SELECT 1 FROM steps AS s
  WHERE s.id = attempts.step_id AND s.state = 'complete' AND s.fence = attempts.fence
    AND s.attempts = attempts.attempt AND s.worker_id IS attempts.worker_id AND s.ready_at IS attempts.ready_at
    AND s.started_at IS attempts.started_at AND s.completed_at = attempts.ended_at);
