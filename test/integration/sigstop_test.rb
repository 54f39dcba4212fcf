# frozen_string_literal: true

require_relative "places"

# A process that stands still for longer than its lease has lost its steps: they run elsewhere, and what it reports in
# the end is refused and changes nothing.
class SigstopTest < Minitest::Test
  include Places

  LEASE_MS = 500
  # A step says who runs it, and ends when that worker's gate is there. The last argument is the worker's name.
  WORKER = "#{OPEN}#{<<~'RUBY'}".freeze
    folder = ARGV.fetch(1)
    name = ARGV.fetch(2)
    TaskerCore.logger = Logger.new(File.join(folder, "log of #{name}"))
    coordinator.register_handler("Wait") do |step|
      File.open(File.join(folder, "record"), "a") { |file| file.syswrite("#{step.task_id} #{step.name} #{name}\n") }
      sleep 0.002 until File.exist?(File.join(folder, "gate of #{name}"))
      name
    end
    worker = TaskerCore::Worker.new(coordinator, concurrency: 4).start
    puts "ready"
    $stdin.gets
    p worker.stop
    coordinator.close
  RUBY
  HANDLER = { "handler" => { "callable" => "Wait" } }.freeze
  TEMPLATES = {
    "one" => [{ "name" => "first", **HANDLER }],
    "two" => [{ "name" => "first", **HANDLER }, { "name" => "second", "dependencies" => %w[first], **HANDLER }]
  }.freeze

  test_on_both :late_result_of_a_process_that_stood_still_is_refused do
    with_place_open(lease_ms: LEASE_MS) do |coordinator|
      task_id = submit(coordinator, "two")
      sleeper = start_worker("sleeper")
      eventually(30, "the run of the step") { record.include?("#{task_id} first sleeper") }
      stop_between_transactions(sleeper)
      context = done_by_another(coordinator, task_id)
      open_gate("sleeper")
      sleeper.signal(:CONT)

      assert_late_report_is_refused(task_id)
      assert_equal context, coordinator.get_task_context(task_id)
      assert_lost_once(context)
      assert_works_on(coordinator, sleeper)
    end
  end

  # It holds rows, and PostgreSQL ends such a transaction after ten seconds.
  def test_transaction_of_a_process_that_stands_still_holds_nobody_up_for_good
    on("postgres") do
      with_place_open(lease_ms: LEASE_MS) do |coordinator|
        task_id = submit(coordinator, "one")
        sleeper = start_worker("sleeper")
        eventually(30, "the run of the step") { record.include?("#{task_id} first sleeper") }
        still = stop_in_transaction(sleeper)
        context = done_by_another(coordinator, task_id)
        assert_empty standing_still & still
        sleeper.signal(:CONT)

        assert_late_report_is_refused(task_id)
        assert_equal context, coordinator.get_task_context(task_id)
        assert_works_on(coordinator, sleeper)
      end
    end
  end

  private

  def submit(coordinator, name)
    coordinator.register_template("namespace" => "sigstop", "name" => name, "steps" => TEMPLATES.fetch(name))
    coordinator.initialize_task("namespace" => "sigstop", "name" => name).task_id
  end

  def start_worker(name)
    start_ruby(WORKER, settings(lease_ms: LEASE_MS), @folder, name).tap { |child| child.wait_for(/ready/, 60) }
  end

  def open_gate(name) = File.write(path("gate of #{name}"), "")

  # SQLite's file isn't held for long enough to matter.
  def stop_between_transactions(sleeper)
    eventually(30, "a moment between transactions") do
      stop(sleeper)
      next true unless place.is_a?(Places::PostgresSchema) && standing_still.any?

      sleeper.signal(:CONT)
      false
    end
  end

  def stop(sleeper)
    sleeper.signal(:STOP)
    eventually(30, "the process to stand still") { File.read("/proc/#{sleeper.pid}/stat")[/\) (\w)/, 1] == "T" }
  end

  # Lets the turn that records the step's completion wait for a lock of ours, and the process stand still before it
  # can commit. Gives the connection that stands still.
  def stop_in_transaction(sleeper)
    place.connect do |connection|
      connection.exec("begin; lock table transitions in share mode")
      open_gate("sleeper")
      eventually(30, "the turn to wait for the lock") do
        backends("wait_event_type = 'Lock' and query like '%transitions%'").any?
      end
      stop(sleeper)
      connection.exec("commit")
    end
    eventually(30, "the transaction to stand still") { standing_still.first && standing_still }
  end

  def standing_still = backends("state = 'idle in transaction'")

  # Other connections that are in a transaction on tables of this place.
  def backends(condition)
    place.rows("select pid from pg_stat_activity where #{condition} and pid <> pg_backend_pid() and pid in
                (select l.pid from pg_locks as l join pg_class as c on c.oid = l.relation
                 where c.relnamespace = '#{place.schema}'::regnamespace)")
  end

  # Gives the task's context when another worker has done it.
  def done_by_another(coordinator, task_id)
    other = start_worker("other")
    open_gate("other")
    context = wait_for_end(coordinator, task_id)
    assert_equal(%w[other], context["steps"].map { |step| step["result"] }.uniq)
    stop_workers([other])
    context
  end

  def wait_for_end(coordinator, task_id)
    eventually(60, "the end of task #{task_id}") do
      context = coordinator.get_task_context(task_id)
      context if context["status"] == "complete"
    end
  end

  def assert_late_report_is_refused(task_id)
    refusal = /task #{task_id} step .*first.*: its report was refused \(stale_lease\)/
    eventually(30, refusal.inspect) { File.read(path("log of sleeper")).match?(refusal) }
  end

  def assert_lost_once(context)
    assert_equal([2, 1], context["steps"].map { |step| step["attempts"] })
    assert_equal(["first sleeper", "first other", "second other"], record.map { |line| line.split(" ", 2).last })
    lost = context["history"].select { |event| event["to"] == "ready" && event["from"] == "in_progress" }
    assert_equal 1, lost.size
    assert_match(/attempt 1 lost its worker/, lost.first["reason"])
  end

  def assert_works_on(coordinator, sleeper)
    context = wait_for_end(coordinator, submit(coordinator, "two"))
    assert_equal([["sleeper", 1]] * 2, context["steps"].map { |step| step.values_at("result", "attempts") })
    stop_workers([sleeper])
    assert_empty errors
  end
end
