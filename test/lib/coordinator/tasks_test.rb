# frozen_string_literal: true

require_relative "../../test_helper"
require_relative "../templates"

class CoordinatorTasksTest < Minitest::Test
  include TestHelper
  include Templates

  SCHEMA = {
    "type" => "object", "required" => ["order_id"],
    "properties" => { "order_id" => { "type" => "integer" }, "note" => { "type" => "string", "default" => "none" } }
  }.freeze

  def test_a_task_runs_from_start_to_end
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "b", "c")
      result = start(coordinator, { "order_id" => 1 })

      assert_equal ["pending", 3, [], true], [result.status, result.step_count, result.errors, result.created?]
      outcome = coordinator.orchestrate_task(result.task_id)
      assert_equal ["complete", 3, 0], [outcome.status, outcome.completed_steps, outcome.failed_steps]
      steps = coordinator.get_task_context(result)["steps"]
      assert_equal(%w[a b c], steps.map { |step| step["result"] })
    end
  end

  def test_a_text_with_a_nul_is_refused_by_name
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      %i[initiator source_system reason correlation_id idempotency_key version].each do |field|
        error = assert_raises(TaskerCore::ValidationError) { start(coordinator, {}, field => "a\0b") }
        assert_match(/#{field}: it holds a NUL character/, error.message)
        assert_equal [field.to_s], error.errors.map { |problem| problem["path"] }
      end
      error = assert_raises(TaskerCore::ValidationError) { start(coordinator, {}, tags: ["ok", "a\0b"]) }
      assert_match(/tags: it holds a NUL character/, error.message)
    end
  end

  def test_a_request_may_be_a_hash_or_keywords_or_both
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      request = { "namespace" => "test", "task_name" => "linear" }
      tasks = [coordinator.initialize_task(request), coordinator.initialize_task(namespace: "test", name: "linear"),
               coordinator.initialize_task("namespace" => "test", "name" => "linear"),
               coordinator.initialize_task(request, priority: 3)]

      assert_equal 4, tasks.map(&:task_id).uniq.size
      assert_equal 3, coordinator.get_task_context(tasks.last)["priority"]
    end
  end

  EXACT = {
    "big" => 2**100, "float" => 0.1 + 0.2, "whole" => 1.0, "nul" => "a\u0000b", "emoji" => "\u{1F600}", "" => nil,
    "z" => 1, "a" => { "deep" => [[], {}, [1.0e22]] }
  }.freeze

  def test_context_and_result_come_back_as_they_were
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", &:context)
      task = start(coordinator, EXACT)
      coordinator.orchestrate_task(task)
      context = coordinator.get_task_context(task)

      [context["context"], context["steps"].first["result"]].each do |back|
        assert back.eql?(EXACT), back.inspect
        assert_equal EXACT.keys, back.keys
      end
    end
  end

  def test_the_schema_fills_in_defaults_and_leaves_the_rest_exact
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "input_schema" => SCHEMA)
      task = start(coordinator, { "order_id" => 10**30 })

      assert_equal({ "order_id" => 10**30, "note" => "none" }, coordinator.get_task_context(task)["context"])
    end
  end

  def test_a_context_that_breaks_the_schema_is_refused_with_every_path
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "input_schema" => SCHEMA)
      error = assert_raises(TaskerCore::ValidationError) { start(coordinator, { "order_id" => "x", "note" => 1 }) }

      assert_equal %w[note order_id], error.errors.map { |problem| problem["path"] }.sort
      assert_empty coordinator.list_tasks
    end
  end

  def test_an_idempotency_key_names_the_task_that_stands_there
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      first = start(coordinator, idempotency_key: "order-1")
      second = start(coordinator, idempotency_key: "order-1")

      assert_equal first.task_id, second.task_id
      assert_equal [true, false], [first.created?, second.created?]
    end
  end

  def test_several_tasks_are_started_together_or_not_at_all
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      good = { namespace: "test", name: "linear" }

      assert_equal 3, coordinator.initialize_tasks([good, good, good]).map(&:task_id).uniq.size
      assert_raises(TaskerCore::TemplateNotFound) { coordinator.initialize_tasks([good, { name: "nothing" }]) }
      assert_equal 3, coordinator.list_tasks.size
      assert_empty coordinator.initialize_tasks([])
      assert_raises(TypeError) { coordinator.initialize_tasks(good) }
    end
  end

  def test_an_unknown_template_is_named
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      error = assert_raises(TaskerCore::TemplateNotFound) { start(coordinator, name: "linaer") }

      assert_match(%r{test/linaer}, error.message)
      assert_match(/linear/, error.message)
      assert_raises(TaskerCore::TemplateNotFound) { start(coordinator, version: "9.9.9") }
    end
  end

  def test_an_unknown_task_is_an_argument_error
    with_coordinator do |coordinator|
      [-1, 0, 999_999, 2**62, 2**64, -(2**64)].each do |id|
        %i[orchestrate_task get_task_context cancel_task pause_task resume_task].each do |call|
          error = assert_raises(ArgumentError, "#{call} #{id}") { coordinator.public_send(call, id) }
          assert_match(/Task not found/, error.message)
          assert_kind_of TaskerCore::TaskNotFound, error
        end
      end
    end
  end

  def test_a_task_id_of_a_wrong_type_is_a_type_error
    with_coordinator do |coordinator|
      ["invalid", nil, 1.5, [], :a, Object.new].each do |id|
        %i[orchestrate_task get_task_context cancel_task].each do |call|
          error = assert_raises(TypeError) { coordinator.public_send(call, id) }
          assert_match(/task_id must be an Integer.*got #{id.nil? ? "nil" : id.class}/, error.message)
          assert_kind_of TaskerCore::Error, error
        end
      end
    end
  end

  def test_the_structured_call_gives_the_outcome
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      answer = coordinator.orchestrate_with_errors(start(coordinator))

      assert_equal [true, "complete"], [answer["success"], answer["data"]["status"]]
    end
  end

  def test_the_structured_call_gives_errors_as_a_hash
    with_coordinator do |coordinator|
      missing = coordinator.orchestrate_with_errors(-1)

      assert_equal [false, "task_not_found"], [missing["success"], missing["error_type"]]
      assert_match(/Task not found/, missing["error_message"])
      assert_kind_of Hash, missing["error_context"]
      assert_equal "type_error", coordinator.orchestrate_with_errors("invalid")["error_type"]
    end
  end

  def test_the_structured_call_names_the_steps_that_failed
    with_coordinator do |coordinator|
      register_linear(coordinator, "a", "b") do |step|
        raise TaskerCore::PermanentError.new("stolen", error_code: "CARD", context: { "n" => 1 }) if step.name == "a"
      end
      answer = coordinator.orchestrate_with_errors(start(coordinator))

      assert_equal [false, "task_failed", "error"],
                   [answer["success"], answer["error_type"], answer["data"]["status"]]
      failed = answer["error_context"]["failed_steps"]
      assert_equal [["a", "stolen", "CARD", { "n" => 1 }]],
                   (failed.map { |step| [step["name"], *step["error"].values_at("message", "error_code", "context")] })
      assert_match(/failed in a \(stolen\); .*retry_step/, answer["error_message"])
    end
  end
end
