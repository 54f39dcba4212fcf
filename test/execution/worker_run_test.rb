# frozen_string_literal: true

require_relative "execution_helper"

# Worker#run, #join and #busy within a process; test/integration/worker_process_test.rb sends the signals.
class WorkerRunTest < Minitest::Test
  include ExecutionHelper

  def running(coordinator, **options)
    worker = TaskerCore::Worker.new(coordinator, concurrency: 2)
    run = Thread.new { worker.run(**options) }
    run.report_on_exception = false
    eventually { worker.running? }
    yield worker, run
  ensure
    worker.stop(timeout: 0)
    run.kill
    eventually { !run.alive? }
  end

  def test_it_returns_when_another_thread_stops_the_worker_and_puts_the_traps_back
    before = Signal.trap("QUIT", "SYSTEM_DEFAULT")
    with_coordinator do |coordinator|
      running(coordinator) do |worker, run|
        assert worker.stop
        assert within(10) { run.value }
      end
    end

    assert_equal "SYSTEM_DEFAULT", Signal.trap("QUIT", before || "SYSTEM_DEFAULT")
  end

  def test_it_raises_what_ended_the_worker
    with_coordinator do |coordinator|
      running(coordinator) do |_, run|
        coordinator.close

        assert_raises(TaskerCore::CoordinatorClosed) { within(20) { run.value } }
      end
    end
  end

  def test_it_refuses_a_timeout_before_anything_begins
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator)

      ["25", -1, nil].each { |timeout| assert_raises(TaskerCore::ValidationError) { worker.run(timeout:) } }
      refute_predicate worker, :running?
    end
  end

  def test_join_waits_until_the_worker_has_ended
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator)

      assert_same worker, worker.join, "one that was never started"
      worker.start

      assert_nil worker.join(0.01)
      waiting = Thread.new { worker.join }
      worker.stop

      assert_same worker, within(10) { waiting.value }
    end
  end

  def test_busy_counts_the_steps_that_run
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => [] })
      handle_all(coordinator, { "a" => [], "b" => [] }) { |_| @gate.pass && nil }
      submit(coordinator)
      running(coordinator) do |worker, _|
        eventually { worker.busy == 2 }
        @gate.open
        eventually { worker.busy.zero? }
      end
    end
  end

  # Another exchange may be under way when a wait for steps is broken off.
  def test_a_stop_waits_for_reports_that_are_being_handed_in
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a") { |_| @gate.pass && "done" }
      reporting, held = hold_reports(coordinator)
      id = submit(coordinator)
      running(coordinator) do |worker, _|
        eventually { @gate.waiting == 1 }
        @gate.open
        within(10) { reporting.pop }
        stopping = Thread.new { worker.stop(timeout: 20) }
        waited = stopping.join(0.1).nil?
        held.push(true)

        assert waited, "it didn't wait"
        assert stopping.value
        assert_equal "complete", step_of(coordinator, id, "a")["status"]
      end
    end
  end

  private

  # Reports wait at the second queue, and say at the first one that they do.
  def hold_reports(coordinator)
    reporting = Queue.new
    held = Queue.new
    coordinator.define_singleton_method(:exchange) do |scope, want, wait_ms, reports|
      reporting.push(true) && held.pop if reports.any?
      super(scope, want, wait_ms, reports)
    end
    [reporting, held]
  end
end
