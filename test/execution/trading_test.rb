# frozen_string_literal: true

require_relative "execution_helper"

# Exchanges with an engine that fails now and then.
class TradingTest < Minitest::Test
  include ExecutionHelper

  # Lets a block stand before each exchange of the coordinator: it may raise, or change what is handed in.
  def before_exchanges(coordinator)
    coordinator.define_singleton_method(:exchange) do |scope, want, wait_ms, reports|
      yield reports
      super(scope, want, wait_ms, reports)
    end
  end

  # How many steps were given at most in one exchange, to a wide task of quick steps with so many attempts.
  def most_taken(attempts_allowed)
    taken = []
    with_coordinator(max_parallel_steps: 4) do |coordinator|
      graph = (1..200).to_h { |number| ["step#{number}", []] }
      template(coordinator, graph, graph.transform_values { attempts(attempts_allowed) })
      handle_all(coordinator, graph) { nil }
      coordinator.define_singleton_method(:exchange) do |scope, want, wait_ms, reports|
        super(scope, want, wait_ms, reports).tap { |answer| taken << answer.last.size }
      end
      assert_equal "complete", coordinator.orchestrate_task(submit(coordinator)).status
    end
    taken.max
  end

  def test_quick_steps_are_taken_ahead_unless_they_have_no_other_attempt
    assert_operator most_taken(2), :>, 4
    assert_operator most_taken(1), :<=, 4, "a killed process would fail steps that it had not begun"
  end

  def prepared
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      runs = Queue.new
      handle_all(coordinator, { "a" => [], "b" => [] }) { |step| runs.push(step.name) && nil }
      yield coordinator, submit(coordinator), runs
    end
  end

  def test_a_busy_engine_is_asked_again_and_no_step_runs_twice
    prepared do |coordinator, id, runs|
      refusals = [TaskerCore::Busy, nil, TaskerCore::DatabaseError, TaskerCore::Busy]
      before_exchanges(coordinator) { (error = refusals.shift) && raise(error, "not now") }

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_empty refusals
      assert_equal %w[a b], Array.new(runs.size) { runs.pop }
      assert_match(/trying again/, @log.string)
    end
  end

  def test_a_report_that_did_arrive_is_not_taken_twice
    prepared do |coordinator, id, runs|
      losses = 1
      before_exchanges(coordinator) do |reports|
        next if reports.empty? || losses.zero?

        losses = 0
        # Taken by the engine, and the answer is lost.
        assert coordinator.engine.exchange(id, 0, 0, reports, 1000).first
        raise TaskerCore::Busy, "no answer"
      end

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal %w[a b], Array.new(runs.size) { runs.pop }
    end
  end

  def test_an_engine_that_goes_on_failing_ends_the_call_with_its_error
    prepared do |coordinator, id, runs|
      failing = true
      before_exchanges(coordinator) { raise TaskerCore::DatabaseError, "the disk is full" if failing }
      error = assert_raises(TaskerCore::DatabaseError) { within(20) { coordinator.orchestrate_task(id) } }

      assert_match(/the disk is full/, error.message)
      assert_empty runs
      failing = false

      assert_equal "complete", coordinator.orchestrate_task(id).status
    end
  end

  def test_a_close_ends_the_call_with_its_error_and_says_what_is_lost
    prepared do |coordinator, id, _|
      coordinator.register_handler("a") { |_| @gate.pass }
      call = Thread.new { coordinator.orchestrate_task(id) }
      call.report_on_exception = false
      eventually { @gate.waiting == 1 }
      coordinator.close
      @gate.open

      assert_raises(TaskerCore::CoordinatorClosed) { within(20) { call.value } }
      assert_match(/reports lost: task #{id} step/, @log.string)
    end
  end

  def test_a_result_that_the_engine_cannot_take_is_a_failure_for_good
    prepared do |coordinator, id, _|
      coordinator.define_singleton_method(:exchange) do |scope, want, wait_ms, reports|
        next super(scope, want, wait_ms, reports) unless reports[2] == TaskerCore::Execution::Attempt::COMPLETE

        line, _, tasks, steps = super(scope, 0, wait_ms, [])
        [line, [[0, "validation_error", "not to its taste"]], tasks, steps]
      end
      outcome = coordinator.orchestrate_task(id)
      error = step_of(coordinator, id, "a")["error"]

      assert_equal ["error", true], [outcome.status, error["permanent"]]
      assert_equal ["TaskerCore::ValidationError", "not to its taste"], error.values_at("class", "message")
    end
  end
end
