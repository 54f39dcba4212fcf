# frozen_string_literal: true

require_relative "../test_helper"
require_relative "templates"

class ProcessCoordinatorTest < Minitest::Test
  include TestHelper
  include Templates

  def setup
    TaskerCore.configure(database_url: "sqlite::memory:")
  end

  def teardown
    TaskerCore.reset!
  end

  def test_all_threads_get_the_same_one
    found = Array.new(8) { Thread.new { TaskerCore.coordinator } }.map(&:value)

    assert_equal 1, found.map(&:object_id).uniq.size
    assert_equal "sqlite::memory:", found.first.config.database_url
  end

  def test_a_closed_one_is_made_anew
    first = TaskerCore.coordinator
    first.close

    refute_same first, TaskerCore.coordinator
    refute_predicate TaskerCore.coordinator, :closed?
  end

  def test_configuring_closes_the_one_before
    first = TaskerCore.coordinator
    config = TaskerCore.configure(database_url: "sqlite::memory:", max_parallel_steps: 3)

    assert_equal 3, config.max_parallel_steps
    assert_predicate first, :closed?
    assert_equal 3, TaskerCore.coordinator.config.max_parallel_steps
  end

  def test_a_wrong_configuration_is_refused_at_once_and_changes_nothing
    first = TaskerCore.coordinator

    assert_raises(TaskerCore::ConfigurationError) { TaskerCore.configure(max_paralel_steps: 3) }
    assert_same first, TaskerCore.coordinator
  end

  def test_the_short_calls_go_to_it
    TaskerCore.register_handler("Linear.a") { "done" }
    TaskerCore.register_template(linear("a"))
    task = TaskerCore.initialize_task("namespace" => "test", "task_name" => "linear", "payload" => { "x" => 1 })

    assert_equal "complete", TaskerCore.orchestrate_task(task["task_id"])["status"]
    assert_equal "done", TaskerCore.get_task_context(task.task_id)["steps"].first["result"]
    assert_equal({ "x" => 1 }, TaskerCore.get_complete_task_context(task.task_id)["context"])
    assert TaskerCore.orchestrate_with_errors(task.task_id)["success"]
    assert_equal 1, TaskerCore.get_performance_metrics["tasks_completed"]
  end
end
