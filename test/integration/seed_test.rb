# frozen_string_literal: true

require_relative "children"

# The promises that this library began with: what its first design asked of the tests.
class SeedTest < Minitest::Test
  include TestHelper

  STEPS = [%w[validate], %w[charge validate], %w[reserve validate], %w[ship charge reserve], %w[notify ship]].freeze
  TEMPLATE = {
    "namespace" => "fulfillment", "name" => "process_order",
    "input_schema" => { "type" => "object", "required" => ["order_id"],
                        "properties" => { "order_id" => { "type" => "integer" } } },
    "steps" => STEPS.map do |name, *parents|
      { "name" => name, "dependencies" => parents, "handler" => { "callable" => "Seed.#{name}" } }
    end
  }.freeze

  def setup
    @coordinator = TaskerCore.create_coordinator("sqlite::memory:")
    STEPS.each do |name,|
      @coordinator.register_handler("Seed.#{name}") do |step|
        "#{name} #{step.context["order_id"]}"
      end
    end
    @coordinator.register_template(TEMPLATE)
  end

  def teardown
    @coordinator.close
  end

  def test_handles_complete_workflow_orchestration
    task_result = submit

    refute_nil task_result["task_id"]
    assert_equal task_result.task_id, task_result["task_id"]
    assert_equal [5, "pending", []], [task_result.step_count, task_result.status, task_result.errors]

    orchestration_result = @coordinator.orchestrate_task(task_result["task_id"])

    assert_equal "complete", orchestration_result["status"]
    assert_everything_is_in_the_context(@coordinator.get_complete_task_context(task_result["task_id"]))
  end

  def test_unknown_task_id_is_an_argument_error
    error = assert_raises(ArgumentError) { @coordinator.orchestrate_task(-1) }

    assert_match(/Task not found/, error.message)
    assert_kind_of TaskerCore::Error, error
  end

  def test_wrong_type_of_task_id_is_a_type_error
    assert_raises(TypeError) { @coordinator.orchestrate_task("invalid") }
    assert_equal "complete", @coordinator.orchestrate_task(submit).status
  end

  def test_structured_errors_say_what_kind_they_are
    answer = @coordinator.orchestrate_with_errors(-1)

    assert_equal [false, "task_not_found"], answer.values_at("success", "error_type")
    assert_match(/Task not found/, answer["error_message"])
    assert_equal({ "task_id" => -1 }, answer["error_context"])
    assert_equal [true, "complete"],
                 (@coordinator.orchestrate_with_errors(submit.task_id).then do |one|
                    [one["success"], one["data"]["status"]]
                  end)
  end

  def test_validation_errors_name_every_path
    error = assert_raises(TaskerCore::ValidationError) { submit("order_id" => "twelve") }

    assert_equal ["order_id"], (error.errors.map { |problem| problem["path"] })
    assert_empty @coordinator.list_tasks
  end

  def test_configuration_comes_from_ruby
    settings = TaskerCore::Configuration.load_from_env("TASKER_MAX_PARALLEL_STEPS" => "3", "TASKER_DB_POOL_SIZE" => "7")
    settings.merge!("database_url" => "sqlite::memory:", "retry_limits" => { "payment_processing" => 3 })
    coordinator = TaskerCore.create_coordinator_with_config(settings)

    assert_equal [3, 7, 30_000], [coordinator.config.max_parallel_steps, coordinator.config.database_pool_size,
                                  coordinator.config.step_timeout_ms]
  ensure
    coordinator&.close
  end

  def test_metrics_are_there_and_true
    3.times { @coordinator.orchestrate_task(submit) }
    metrics = TaskerCore::Monitor.collect_metrics(@coordinator)

    assert_operator metrics["tasks_per_second"], :>, 0
    assert_operator metrics["average_completion_time_ms"], :>=, 0
    assert_equal [0.0, 0, 3], metrics.values_at("error_rate", "active_tasks", "tasks_completed")
  end

  private

  def submit(payload = { "order_id" => 12_345 })
    @coordinator.initialize_task("namespace" => "fulfillment", "task_name" => "process_order", "payload" => payload)
  end

  def assert_everything_is_in_the_context(context)
    keys = %w[task_id namespace name version status execution_status context step_count completed_steps failed_steps
              created_at started_at completed_at steps]

    assert_empty keys - context.keys
    assert_equal ["complete", "all_complete", { "order_id" => 12_345 }, 5, 5, 0],
                 context.values_at(*%w[status execution_status context step_count completed_steps failed_steps])
    assert_steps_are_complete(context["steps"])
  end

  def assert_steps_are_complete(steps)
    keys = %w[name status attempts max_attempts dependencies result error ready_at started_at completed_at]

    steps.each { |step| assert_empty keys - step.keys }
    assert_equal(STEPS.map { |name, *parents| [name, "complete", 1, parents.sort, "#{name} 12345", nil] },
                 steps.map do |step|
                   [*step.values_at("name", "status", "attempts"), step["dependencies"].sort,
                    *step.values_at("result", "error")]
                 end)
  end
end
