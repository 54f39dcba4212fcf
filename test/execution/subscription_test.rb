# frozen_string_literal: true

require_relative "execution_helper"

# What subscribers are told of the steps that run here.
class SubscriptionTest < Minitest::Test
  include ExecutionHelper

  # Runs a graph, and gives the events as [type, step, attempt, outcome].
  def events_of(graph, options = {})
    events = Queue.new
    with_coordinator do |coordinator|
      template(coordinator, graph, options)
      handle_all(coordinator, graph) { |_| nil }
      coordinator.subscribe { |event| events << event }
      yield coordinator if block_given?
      coordinator.orchestrate_task(submit(coordinator), wait_for_retries: true)
      eventually { @gate.open || step_threads == TaskerCore::Execution::Pool.idle }
    end
    Array.new(events.size) { events.pop }
  end

  def brief(events)
    events.map { |event| [event.type.delete_prefix("step_"), event.step, event.attempt, event.outcome].compact }
  end

  def test_a_steps_end_is_told_before_the_next_one_begins
    expected = %w[a b c].flat_map { |step| [["started", step, 1], ["finished", step, 1, "complete"]] }

    assert_equal expected, brief(events_of({ "a" => [], "b" => ["a"], "c" => ["b"] }))
  end

  def test_a_failure_that_is_retried_and_one_that_is_final_are_told_apart
    events = events_of({ "a" => [] }, { "a" => attempts(3) }) do |coordinator|
      coordinator.register_handler("a") do |step|
        raise step.attempt == 1 ? "shaky" : TaskerCore::PermanentError.new("broken", error_code: "B1")
      end
    end
    ends = events.select(&:finished?)

    assert_equal [%w[failed shaky], %w[failed_for_good broken]], (ends.map { |e| [e.outcome, e.error["message"]] })
    assert_equal [true, false], ends.map(&:will_retry?)
    assert_equal "B1", ends.last.error["error_code"]
  end

  def test_a_result_that_came_too_late_is_void
    events = events_of({ "a" => [] }, { "a" => attempts(1).merge("timeout_seconds" => 0.2) }) do |coordinator|
      coordinator.register_handler("a") { |_| @gate.pass }
    end

    assert_equal [["started", "a", 1], ["finished", "a", 1, "void"]], brief(events)
    assert_operator events.last.duration, :>=, 0.2
  end

  def test_a_subscriber_that_raises_changes_nothing
    outcome = nil
    events_of({ "a" => [], "b" => ["a"] }) do |coordinator|
      coordinator.subscribe { |_| raise "a bad subscriber" }
      outcome = coordinator.orchestrate_task(submit(coordinator))
    end

    assert_equal "complete", outcome.status
    assert_match(/a bad subscriber/, @log.string)
  end

  def test_who_has_unsubscribed_is_told_nothing
    told = []
    events_of({ "a" => [] }) do |coordinator|
      watcher = coordinator.subscribe { |event| told << event }

      assert coordinator.unsubscribe(watcher)
      refute coordinator.unsubscribe(watcher)
    end

    assert_empty told
  end

  def test_an_event_prints_one_line
    last = events_of({ "a" => [] }).last

    assert_match(%r{\A#<TaskerCore::StepEvent task \d+ a attempt 1/3 complete after 0\.\d{3} s>\z}, last.inspect)
  end
end
