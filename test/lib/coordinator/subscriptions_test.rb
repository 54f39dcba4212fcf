# frozen_string_literal: true

require_relative "../../test_helper"
require_relative "../templates"

class SubscriptionsTest < Minitest::Test
  include TestHelper
  include Templates

  def test_each_attempt_is_told_when_it_begins_and_when_it_is_on_disk
    with_coordinator do |coordinator|
      register_linear(coordinator, "one", "two")
      stored = []
      events = collect(coordinator) { |event| stored << status_of(coordinator, event) if event.finished? }
      id = start(coordinator).task_id
      coordinator.orchestrate_task(id)

      assert_equal([["step_started", "one", nil], %w[step_finished one complete],
                    ["step_started", "two", nil], %w[step_finished two complete]],
                   events.map { |event| [event.type, event.step, event.outcome] })
      assert_equal %w[complete complete], stored
      assert_equal([[id, 1, 3]] * 4, events.map { |event| [event.task_id, event.attempt, event.max_attempts] })
      assert_operator events[1].duration, :>=, 0
    end
  end

  def test_a_failure_says_why_and_whether_another_attempt_follows
    with_coordinator do |coordinator|
      register_failing(coordinator)
      events = collect(coordinator)
      coordinator.orchestrate_task(start(coordinator), wait_for_retries: true)
      finished = events.select(&:finished?)

      assert_equal([["failed", true, "RuntimeError"], ["failed_for_good", false, "TaskerCore::PermanentError"]],
                   finished.map { |event| [event.outcome, event.will_retry?, event.error["class"]] })
      assert_equal([1, 2], finished.map(&:attempt))
      assert_match(%r{\A#<TaskerCore::StepEvent task 1 one attempt 2/3 failed_for_good after \d+\.\d+ s>\z},
                   finished.last.inspect)
    end
  end

  def test_a_result_that_comes_too_late_is_void
    with_log do
      with_coordinator(step_timeout_ms: 30) do |coordinator|
        gate = Queue.new
        register_quickly_retried(coordinator) { |step| gate.pop if step.attempt == 1 }
        events = collect(coordinator)
        coordinator.orchestrate_task(start(coordinator), wait_for_retries: true)
        gate << true
        eventually { events.count(&:finished?) == 2 }

        assert_equal([[1, "void"], [2, "complete"]],
                     events.select(&:finished?).sort_by(&:attempt).map { |event| [event.attempt, event.outcome] })
      end
    end
  end

  def test_nothing_is_told_any_more_after_unsubscribe
    with_coordinator do |coordinator|
      register_linear(coordinator, "one")
      events = []
      watcher = coordinator.subscribe { |event| events << event }
      coordinator.orchestrate_task(start(coordinator))

      assert_equal [true, false], Array.new(2) { coordinator.unsubscribe(watcher) }
      coordinator.orchestrate_task(start(coordinator))
      assert_equal 2, events.size
    end
  end

  def test_a_subscriber_that_raises_changes_nothing_and_is_logged
    with_log do |log|
      with_coordinator do |coordinator|
        register_linear(coordinator, "one")
        coordinator.subscribe { raise "no" }
        events = collect(coordinator)

        assert_equal "complete", coordinator.orchestrate_task(start(coordinator)).status
        assert_equal 2, events.size
        assert_match(/a subscriber raised RuntimeError \(no\) for #<TaskerCore::StepEvent/, log.string)
      end
    end
  end

  def test_a_worker_tells_too
    with_coordinator do |coordinator|
      register_linear(coordinator, "one")
      events = collect(coordinator)
      worker = TaskerCore::Worker.new(coordinator, concurrency: 1).start
      start(coordinator)
      eventually { events.size == 2 }
      worker.stop

      assert_equal(%w[step_started step_finished], events.map(&:type))
    end
  end

  def test_a_block_is_needed
    with_coordinator { |coordinator| assert_raises(TaskerCore::ValidationError) { coordinator.subscribe } }
  end

  private

  def collect(coordinator)
    events = []
    coordinator.subscribe do |event|
      events << event
      yield event if block_given?
    end
    events
  end

  def register_failing(coordinator)
    register_quickly_retried(coordinator) do |step|
      raise "first" if step.attempt == 1

      raise TaskerCore::PermanentError, "for good"
    end
  end

  def register_quickly_retried(coordinator, &)
    register_linear(coordinator, "one", &)
    retries = { "max_attempts" => 3, "backoff_base_ms" => 1 }
    coordinator.register_template(linear("one").tap { |template| template["steps"].first["retry"] = retries }
                                               .merge("version" => "1.0.1"))
  end

  def status_of(coordinator, event)
    coordinator.get_task_context(event.task_id)["steps"].find { |step| step["name"] == event.step }["status"]
  end
end
