# frozen_string_literal: true

require_relative "../../test_helper"
require_relative "../templates"

class CoordinatorControlsTest < Minitest::Test
  include TestHelper
  include Templates

  def test_a_cancelled_task_runs_no_step
    with_coordinator do |coordinator|
      ran = []
      register_linear(coordinator, "a", "b") { |step| ran << step.name }
      task = start(coordinator)
      outcome = coordinator.cancel_task(task, reason: "the customer left")

      assert_equal "cancelled", outcome.status
      assert_equal "cancelled", coordinator.orchestrate_task(task).status
      assert_empty ran
      reasons = coordinator.get_task_context(task)["history"].map { |event| event["reason"] }
      assert_includes reasons, "the customer left"
    end
  end

  def test_a_task_that_is_over_cannot_be_cancelled
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      task = start(coordinator)
      coordinator.orchestrate_task(task)
      error = assert_raises(TaskerCore::InvalidTransition) { coordinator.cancel_task(task) }

      assert_match(/complete/, error.message)
      assert_kind_of ArgumentError, error
    end
  end

  def test_a_paused_task_goes_on_when_it_is_resumed
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      task = start(coordinator)

      assert_predicate coordinator.pause_task(task, reason: "audit"), :paused?
      assert_equal "paused", coordinator.get_task_context(task)["execution_status"]
      refute_equal "complete", coordinator.orchestrate_task(task).status
      refute_predicate coordinator.resume_task(task), :paused?
      assert_equal "complete", coordinator.orchestrate_task(task).status
    end
  end

  def test_a_failed_step_can_be_tried_again
    with_coordinator do |coordinator|
      broken = true
      register_linear(coordinator, "a", "b") { |step| broken ? raise(TaskerCore::PermanentError, "down") : step.name }
      task = start(coordinator)

      assert_equal "error", coordinator.orchestrate_task(task).status
      broken = false
      step = coordinator.retry_step(task, :a, reason: "it is up again")
      assert_equal ["a", task.task_id], [step.step, step.task_id]
      assert_equal "complete", coordinator.orchestrate_task(task).status
    end
  end

  def test_a_failed_step_can_be_given_its_result_by_hand
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "b") do |step|
        step.name == "a" ? raise(TaskerCore::PermanentError, "down") : step.results["a"]
      end
      task = start(coordinator)
      coordinator.orchestrate_task(task)
      step = coordinator.resolve_step(task, "a", result: { "by_hand" => 2**70 }, by: "ops", reason: "paid in cash")

      assert_equal "resolved_manually", step.status
      assert_equal "complete", coordinator.orchestrate_task(task).status
      assert_equal({ "by_hand" => 2**70 }, coordinator.get_task_context(task)["steps"].last["result"])
    end
  end

  def test_a_reason_with_a_nul_is_refused_by_name
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      task = start(coordinator)
      error = assert_raises(TaskerCore::ValidationError) { coordinator.cancel_task(task, reason: "a\0b") }

      assert_match(/reason: it holds a NUL character/, error.message)
      error = assert_raises(TaskerCore::ValidationError) { coordinator.resolve_step(task, "a", result: 1, by: "\0") }
      assert_match(/by: it holds a NUL character/, error.message)
      assert_equal "pending", coordinator.get_task_context(task)["status"]
    end
  end

  def test_an_unknown_step_is_named_with_those_that_are_there
    with_coordinator do |coordinator|
      register_linear(coordinator, "charge")
      task = start(coordinator)
      error = assert_raises(TaskerCore::StepNotFound) { coordinator.retry_step(task, "chrage") }

      assert_match(/charge/, error.message)
      assert_raises(TaskerCore::StepNotFound) { coordinator.resolve_step(task, "nothing", result: 1) }
    end
  end

  def test_a_step_that_is_done_or_not_its_turn_cannot_be_retried
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "b")
      task = start(coordinator)

      assert_raises(TaskerCore::InvalidTransition) { coordinator.retry_step(task, "b") }
      coordinator.orchestrate_task(task)
      error = assert_raises(TaskerCore::InvalidTransition) { coordinator.retry_step(task, "a") }
      assert_match(/complete/, error.message)
    end
  end

  def test_a_step_that_waits_for_its_next_attempt_can_be_tried_at_once
    with_coordinator do |coordinator|
      register_linear(coordinator, "a") do |step|
        raise TaskerCore::RetryableError.new("down", retry_after: 600) if step.attempt == 1
      end
      task = start(coordinator)
      outcome = coordinator.orchestrate_task(task)

      assert_in_delta Time.now + 600, outcome.next_run_at, 60
      coordinator.retry_step(task, "a")
      assert_equal "complete", coordinator.orchestrate_task(task).status
    end
  end

  def test_wrong_arguments_are_named
    with_coordinator do |coordinator|
      assert_match(/step must be a String or a Symbol, got Integer 1/,
                   assert_raises(TypeError) { coordinator.retry_step(1, 1) }.message)
      assert_match(/reason must be a String or nil, got Symbol :x/,
                   assert_raises(TypeError) { coordinator.cancel_task(1, reason: :x) }.message)
      assert_match(/by must be a String/, assert_raises(TypeError) { coordinator.resolve_step(1, "a", by: 1) }.message)
      assert_match(/result: a Time can't be stored/,
                   assert_raises(ArgumentError) { coordinator.resolve_step(1, "a", result: Time.now) }.message)
    end
  end
end
