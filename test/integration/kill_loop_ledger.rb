# frozen_string_literal: true

require_relative "kill_loop"

# What must be true of the tasks of a kill loop in the end: what the database tells, by the library's calls and by its
# tables, is held against what the handlers have written themselves.
module KillLoopLedger
  TABLES = {
    "steps that aren't complete" => "select id, state from steps where state <> 'complete' or completed_at is null",
    "tasks that aren't complete" => "select id, state from tasks where state <> 'complete'",
    "tasks whose counts disagree with their steps" => <<~SQL,
      select t.id, t.step_count, t.done_steps, t.failed_steps, t.live_steps, count(s.id)
      from tasks as t left join steps as s on s.id >> 16 = t.id group by t.id
      having t.step_count <> count(s.id) or t.done_steps <> count(s.id) or t.failed_steps <> 0 or t.live_steps <> 0
    SQL
    "steps without a task" => "select id from steps where id >> 16 not in (select id from tasks)",
    "steps with open parents" => "select id from steps where pending_parents <> 0",
    "steps whose attempts disagree with what is told of them" => <<~SQL,
      select s.id, s.attempts, count(a.fence) from steps as s
      left join attempts as a on a.step_id = s.id and a.ending = 'retry' group by s.id, s.attempts
      having s.attempts <> count(a.fence) + 1
    SQL
    "attempts that ended for good" =>
      "select step_id from attempts where ending not in ('retry', 'released')",
    "keys that aren't those of their task" => <<~SQL,
      select k.key from idempotency_keys as k left join task_details as d on d.task_id = k.task_id
      where d.idempotency_key is null or d.idempotency_key <> k.key
    SQL
    "tasks without a key, or with another's" => <<~SQL,
      select task_id from task_details where task_id not in (select task_id from idempotency_keys)
    SQL
    "leases of processes that are gone" => "select name from workers where lease_expires_at is not null"
  }.freeze

  private

  # @param tasks [Integer] how many were submitted
  # @param killed [Integer] how many processes
  def assert_ledger(tasks, killed)
    @killed = killed
    read_contexts
    @runs = record.map { |line| JSON.parse(line) }.group_by { |task_id, name,| [task_id, name] }

    assert_equal tasks, @contexts.size
    assert_acknowledged_tasks_are_those
    @contexts.each_value do |context|
      assert_equal "complete", context["status"], context.inspect
      context["steps"].each { |step| assert_step_was_recorded_once(context, step) }
    end
    assert_equal @contexts.values.sum { |context| context["steps"].size }, @runs.size
    assert_tables
  end

  def read_contexts
    with_place_open do |coordinator|
      @contexts = {}
      while (page = coordinator.list_tasks(limit: 1000, before: @contexts.keys.last)).any?
        page.each { |task| @contexts[task["task_id"]] = coordinator.get_task_context(task["task_id"]) }
      end
    end
  end

  def assert_tables
    TABLES.each { |what, sql| assert_empty place.rows(sql), what }
    assert_empty place.faults
  end

  def assert_acknowledged_tasks_are_those
    acknowledged = File.readlines(path("acknowledged")).map { |line| line.split.map(&:to_i) }.uniq
    stored = @contexts.map { |task_id, context| [context["context"]["key"], task_id] }

    assert_equal stored.sort, acknowledged.sort
  end

  def assert_step_was_recorded_once(context, step)
    what = "task #{context["task_id"]} step #{step["name"]}"
    changes = context["history"].select { |event| event["step"] == step["name"] }
    runs = @runs.fetch([context["task_id"], step["name"]])

    assert_equal "complete", step["status"], what
    assert_equal(1, changes.count { |event| event["to"] == "complete" }, what)
    assert_includes runs.map { |run| run[3] }, step["result"], what
    assert_attempts_are_accounted_for(context["task_id"], step, changes, runs)
    assert_came_after_parents(context, step, changes, runs)
  end

  def assert_attempts_are_accounted_for(task_id, step, changes, runs)
    what = "task #{task_id} step #{step["name"]}: #{changes.inspect}"
    lost, failed = ended_early(changes).partition { |event| event["reason"].match?(/lost its worker/) }
    failing = runs.select { |run| KillLoop.fails?(task_id, step["name"], run[2]) }

    assert_equal step["attempts"], lost.size + failed.size + 1, what
    assert_operator lost.size, :<=, @killed, what
    assert_operator failed.size, :<=, failing.size, what
    assert_equal runs.map { |run| run[2] }.uniq, runs.map { |run| run[2] }, what
  end

  # Attempts that brought no result; a step that was given back had not begun.
  def ended_early(changes)
    changes.select { |event| event["from"] == "in_progress" && event["to"] == "ready" }
           .reject { |event| event["reason"].match?(/given back/) }
  end

  def assert_came_after_parents(context, step, changes, runs)
    parents = context["steps"].select { |parent| step["dependencies"].include?(parent["name"]) }
    given = parents.to_h { |parent| parent.values_at("name", "result") }
    begun = changes.select { |event| event["to"] == "in_progress" }.map { |event| event["at"] }.min
    what = "task #{context["task_id"]} step #{step["name"]}"

    runs.each { |run| assert_equal given, run[4], what }
    parents.each { |parent| assert_operator begun, :>=, parent["completed_at"], what }
  end
end
