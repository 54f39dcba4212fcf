# frozen_string_literal: true

require_relative "execution_helper"

# A handler that hangs holds nobody.
class DeadlinesTest < Minitest::Test
  include ExecutionHelper

  def test_the_call_returns_at_the_deadline_of_a_handler_that_hangs
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1).merge("timeout_seconds" => 0.2) })
      coordinator.register_handler("a") { |_| @gate.pass }
      id = submit(coordinator)
      outcome = nil
      took = seconds_of { outcome = coordinator.orchestrate_task(id) }

      assert_equal "error", outcome.status
      assert_in_delta 0.2, took, 2
      assert_equal "error", step_of(coordinator, id, "a")["status"]
    end
  end

  def test_another_attempt_runs_beside_the_one_that_hangs_and_its_late_result_is_refused
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(2).merge("timeout_seconds" => 0.2) })
      coordinator.register_handler("a") { |step| step.attempt == 1 ? @gate.pass : "second" }
      id = submit(coordinator)
      outcome = coordinator.orchestrate_task(id, wait_for_retries: true)
      @gate.open
      eventually(10, "the refusal in the log") { @log.string.include?("its report was refused (stale_lease)") }

      assert_equal "complete", outcome.status
      assert_equal "second", step_of(coordinator, id, "a")["result"]
    end
  end

  def test_steps_that_do_not_depend_on_it_are_not_held_up
    with_coordinator(max_parallel_steps: 1) do |coordinator|
      template(coordinator, { "a" => [], "b" => [], "c" => ["b"] },
               { "a" => attempts(1).merge("timeout_seconds" => 0.2) })
      coordinator.register_handler("a") { |_| @gate.pass }
      %w[b c].each { |name| coordinator.register_handler(name, &:name) }
      id = submit(coordinator)
      coordinator.orchestrate_task(id)

      assert_equal(%w[complete complete], %w[b c].map { |name| step_of(coordinator, id, name)["status"] })
    end
  end

  def test_a_heartbeat_moves_the_deadline_on
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1).merge("timeout_seconds" => 0.3) })
      coordinator.register_handler("a") do |step|
        first = step.deadline
        # Until well after the first deadline, by the clock that the deadline is of.
        step.heartbeat! while Time.now < first + 0.3
        [step.deadline > first, step.cancelled?]
      end
      id = submit(coordinator)

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal [true, false], step_of(coordinator, id, "a")["result"]
    end
  end

  def test_a_void_attempt_is_told_so
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1).merge("timeout_seconds" => 0.2) })
      told = Queue.new
      coordinator.register_handler("a") do |step|
        @gate.pass
        told << step.cancelled?
        step.heartbeat!
      rescue TaskerCore::StaleLease => e
        told << e
      end
      id = submit(coordinator)
      coordinator.orchestrate_task(id)
      @gate.open

      assert(Timeout.timeout(10) { told.pop })
      assert_kind_of TaskerCore::StaleLease, Timeout.timeout(10) { told.pop }
    end
  end
end
