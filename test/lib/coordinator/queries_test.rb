# frozen_string_literal: true

require_relative "../../test_helper"
require_relative "../templates"

class CoordinatorQueriesTest < Minitest::Test
  include TestHelper
  include Templates

  TASK_KEYS = %w[task_id namespace name version status execution_status context step_count completed_steps failed_steps
                 created_at started_at completed_at steps history].freeze
  STEP_KEYS = %w[name status attempts max_attempts dependencies result error ready_at started_at completed_at].freeze

  def test_the_context_of_a_task_holds_everything
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "b")
      task = start(coordinator, { "x" => 1 }, tags: ["red"], initiator: "test", reason: "why", correlation_id: "c-1",
                                              source_system: "suite")
      coordinator.orchestrate_task(task)
      context = coordinator.get_task_context(task)

      assert_empty TASK_KEYS - context.keys
      assert_equal [%w[red], "test", "why", "c-1", "suite"],
                   context.values_at("tags", "initiator", "reason", "correlation_id", "source_system")
      assert_equal ["complete", "all_complete", 2, 2, 0],
                   context.values_at("status", "execution_status", "step_count", "completed_steps", "failed_steps")
      assert_empty STEP_KEYS - context["steps"].first.keys
      assert_equal [[], ["a"]], (context["steps"].map { |step| step["dependencies"] })
      assert_equal context, coordinator.get_complete_task_context(task)
    end
  end

  # JSON.parse reads these numbers; the extension leaves a text with them alone.
  def test_a_context_with_numbers_at_the_edges_is_like_any_other
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      edges = { "at" => 5, "numbers" => [1e300, 5e-324, -Float::MAX, 10**40] }
      task = start(coordinator, edges)
      coordinator.orchestrate_task(task)
      context = coordinator.get_task_context(task)

      assert_equal edges, context["context"]
      times = [context["created_at"], context["steps"].first["completed_at"], context["history"].first["at"]]
      times.each { |time| assert_predicate time, :utc? }
    end
  end

  def test_times_are_times_in_utc
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      task = start(coordinator)
      coordinator.orchestrate_task(task)
      context = coordinator.get_task_context(task)
      times = context.values_at("created_at", "started_at", "completed_at") +
              context["steps"].first.values_at("started_at", "completed_at") +
              context["history"].map { |event| event["at"] }

      assert(times.all? { |time| time.is_a?(Time) && time.utc? }, times.inspect)
      assert_in_delta Time.now.to_f, context["created_at"].to_f, 60
    end
  end

  def test_tasks_are_listed_newest_first_and_page_by_page
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      ids = Array.new(5) { start(coordinator).task_id }
      coordinator.orchestrate_task(ids[1])

      assert_equal ids.reverse, (coordinator.list_tasks.map { |task| task["task_id"] })
      page = coordinator.list_tasks(limit: 2)
      rest = coordinator.list_tasks(before: page.last["task_id"])
      assert_equal ids.reverse, ((page + rest).map { |task| task["task_id"] })
      assert_equal([ids[1]], coordinator.list_tasks(status: :complete).map { |task| task["task_id"] })
      assert_empty coordinator.list_tasks(namespace: "other")
      assert_equal 5, coordinator.list_tasks(namespace: "test", name: "linear").size
      assert_kind_of Time, page.first["created_at"]
    end
  end

  def test_a_filter_that_is_none_is_refused
    with_coordinator do |coordinator|
      assert_match(/"done" isn't one of pending/,
                   assert_raises(ArgumentError) { coordinator.list_tasks(status: "done") }.message)
      assert_raises(ArgumentError) { coordinator.list_tasks(limit: 0) }
      assert_raises(TypeError) { coordinator.list_tasks(limit: "5") }
      assert_raises(TypeError) { coordinator.list_tasks(namespace: 1) }
    end
  end

  def test_metrics_are_true_to_what_happened
    with_coordinator do |coordinator|
      register_linear(coordinator, "a") { |step| step.context["fail"] ? raise(TaskerCore::PermanentError, "x") : 1 }
      3.times { coordinator.orchestrate_task(start(coordinator)) }
      coordinator.orchestrate_task(start(coordinator, { "fail" => true }))
      start(coordinator)
      metrics = coordinator.get_performance_metrics

      assert_equal [3, 1], metrics.values_at("tasks_completed", "tasks_failed")
      assert_in_delta 0.25, metrics["error_rate"]
      assert_operator metrics["tasks_per_second"], :>, 0
      assert_operator metrics["average_completion_time_ms"], :>=, 0
      assert_equal 1, metrics["active_tasks"]
    end
  end
end
