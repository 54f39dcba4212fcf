# frozen_string_literal: true

require_relative "../test_helper"

class ValueTest < Minitest::Test
  RESULT = {
    "task_id" => 42, "step_count" => 5, "status" => "pending", "namespace" => "fulfillment", "name" => "process_order",
    "template_id" => 3, "created" => true, "errors" => []
  }.freeze

  def result(changes = {})
    TaskerCore::InitializeResult.new(RESULT.merge(changes))
  end

  def test_an_attribute_is_read_by_string_symbol_or_reader
    assert_equal [42, 42, 42], [result["task_id"], result[:task_id], result.task_id]
    assert_equal [5, "pending", [], 3], [result.step_count, result.status, result.errors, result.template_id]
    assert_nil result["nothing"]
    assert result.key?(:status)
    refute result.key?("nothing")
  end

  def test_it_can_be_matched
    case result
    in { status: "pending", task_id: Integer => id } then assert_equal 42, id
    end
    assert_equal({ task_id: 42 }, result.deconstruct_keys(%i[task_id nothing]))
    assert_equal 42, result.deconstruct_keys(nil)[:task_id]
  end

  def test_only_a_task_that_goes_on_is_shown_as_paused
    shown = %w[in_progress cancelled].map do |status|
      TaskerCore::Outcome.new("task_id" => 1, "status" => status, "paused" => true).inspect
    end

    assert_equal ["#<TaskerCore::Outcome task 1 in_progress, paused>", "#<TaskerCore::Outcome task 1 cancelled>"], shown
  end

  def test_it_is_frozen_and_equal_by_content
    assert_predicate result, :frozen?
    assert_equal result, result.dup
    assert_equal result.hash, result.dup.hash
    refute_equal result, result("task_id" => 1)
    refute_equal result, TaskerCore::Outcome.new(RESULT)
    refute_equal result, RESULT
  end

  def test_its_hash_is_a_copy_with_string_keys
    hash = result.to_h
    hash["task_id"] = 1

    assert_equal 42, result.task_id
    assert_equal RESULT, result.to_h
    assert_equal 42, TaskerCore::InitializeResult.new(task_id: 42)["task_id"]
    assert_equal RESULT, JSON.parse(JSON.generate(result))
  end

  def test_a_new_tasks_line_says_what_one_asks_in_irb
    assert_equal "#<TaskerCore::InitializeResult task 42 fulfillment/process_order pending, 5 steps>", result.inspect
    assert_equal "#<TaskerCore::InitializeResult task 42 fulfillment/process_order pending, 1 step " \
                 "(stood there already)>", result("step_count" => 1, "created" => false).inspect
    assert_equal "#<TaskerCore::InitializeResult task 1 pending, 2 steps>",
                 TaskerCore::InitializeResult.new("task_id" => 1, "status" => "pending", "step_count" => 2).inspect
  end

  def test_an_outcome_says_how_the_task_stands
    outcome = TaskerCore::Outcome.new("task_id" => 42, "status" => "in_progress", "next_run_at" => 1_700_000_000_000,
                                      "step_count" => 5, "completed_steps" => 3, "failed_steps" => 1)

    assert_equal "#<TaskerCore::Outcome task 42 in_progress 3/5, 1 failed, goes on at 2023-11-14T22:13:20.000Z>",
                 outcome.inspect
    assert_equal Time.at(1_700_000_000).utc, outcome.next_run_at
    assert_equal [true, false, false], [outcome.in_progress?, outcome.complete?, outcome.error?]
  end

  def test_other_values_have_their_line_too
    assert_equal "#<TaskerCore::StepOutcome task 42 step charge ready>",
                 TaskerCore::StepOutcome.new("task_id" => 42, "step" => "charge", "status" => "ready").inspect
    info = TaskerCore::TemplateInfo.new("namespace" => "a", "name" => "b", "version" => "1.0.0", "step_count" => 1,
                                        "template_id" => 9)
    assert_equal "#<TaskerCore::TemplateInfo a/b 1.0.0, 1 step>", info.inspect
    assert_equal [9, "a", "b", "1.0.0", 1],
                 [info.template_id, info.namespace, info.name, info.version, info.step_count]
  end
end
