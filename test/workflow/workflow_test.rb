# frozen_string_literal: true

require_relative "../execution/execution_helper"

class WorkflowTest < Minitest::Test
  include ExecutionHelper

  # All that can be said.
  class ProcessOrder < TaskerCore::Workflow
    namespace "fulfillment"
    version "1.2.0"
    description "an order, from the basket to the door"

    input do
      required :order_id, Integer, minimum: 1
      optional :note, String, default: "none"
      optional :tags, [String]
      optional :gift, :boolean
    end

    step(:validate, config: { strict: true }) { |step| step.context["order_id"] * 2 }
    step(:price, after: :validate, retry: { max_attempts: 5, backoff: :linear }, timeout: 7)
    step :ship, after: %i[validate price], handler: "WorkflowTest::Ship", method: :deliver, retry: false

    def price(step)
      step.results["validate"] + 1
    end
  end

  class Ship
    def deliver(step)
      step.results.values_at("validate", "price") << step.context["note"]
    end
  end

  class GiftOrder < ProcessOrder
    step(:wrap, after: :ship) { |step| step.results["ship"].size }
  end

  def test_its_definition_is_a_template_of_steps
    definition = ProcessOrder.template_definition

    assert_equal ["process_order", "fulfillment", "1.2.0"], definition.values_at("name", "namespace_name", "version")
    assert_equal(%w[validate price ship], definition["steps"].map { |step| step["name"] })
    assert_equal [[], ["validate"], %w[validate price]], (definition["steps"].map { |step| step["dependencies"] })
    assert_equal({ "callable" => "WorkflowTest::ProcessOrder#validate", "initialization" => { strict: true } },
                 definition["steps"][0]["handler"])
    assert_equal [{ "max_attempts" => 5, "backoff" => "linear" }, 7],
                 definition["steps"][1].values_at("retry", "timeout_seconds")
    assert_equal [{ "callable" => "WorkflowTest::Ship", "method" => "deliver" }, { "retryable" => false }],
                 definition["steps"][2].values_at("handler", "retry")
  end

  def test_its_input_is_a_json_schema
    schema = ProcessOrder.template_definition["input_schema"]

    assert_equal ["order_id"], schema["required"]
    assert_equal({ "type" => "integer", "minimum" => 1 }, schema["properties"]["order_id"])
    assert_equal({ "type" => "string", "default" => "none" }, schema["properties"]["note"])
    assert_equal({ "type" => "array", "items" => { "type" => "string" } }, schema["properties"]["tags"])
    assert_equal({ "type" => "boolean" }, schema["properties"]["gift"])
  end

  def test_it_runs_from_registration_to_result
    with_coordinator do |coordinator|
      coordinator.register_template(ProcessOrder)
      request = { namespace: "fulfillment", name: "process_order", context: { order_id: 21 } }
      id = coordinator.initialize_task(request).task_id

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal [42, 43, "none"], step_of(coordinator, id, "ship")["result"]
    end
  end

  def test_a_step_that_may_be_skipped_is_passed_by_where_a_request_says_so
    workflow = Class.new(TaskerCore::Workflow) do
      task_name "party"
      step(:bake, skippable: true) { |_| "cake" }
      step(:eat, after: :bake, &:results)
    end
    with_coordinator do |coordinator|
      coordinator.register_template(workflow)
      id = coordinator.initialize_task(name: "party", bypass_steps: ["bake"]).task_id

      assert_predicate coordinator.orchestrate_task(id), :complete?
      assert_equal "skipped", step_of(coordinator, id, "bake")["status"]
      assert_equal({ "bake" => nil }, step_of(coordinator, id, "eat")["result"])
    end
  end

  def test_its_input_is_enforced
    with_coordinator do |coordinator|
      coordinator.register_template(ProcessOrder)

      assert_raises(TaskerCore::ValidationError) do
        coordinator.initialize_task(namespace: "fulfillment", name: "process_order", context: { order_id: "x" })
      end
    end
  end

  def test_a_subclass_adds_to_its_parents_steps_under_its_own_name
    with_coordinator do |coordinator|
      coordinator.register_template(GiftOrder)
      id = coordinator.initialize_task(namespace: "fulfillment", name: "gift_order", context: { order_id: 1 }).task_id

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal 3, step_of(coordinator, id, "wrap")["result"]
      assert_equal 3, ProcessOrder.template_definition["steps"].size
    end
  end

  def test_it_says_what_yaml_says_of_the_whole_and_of_a_step
    workflow = Class.new(TaskerCore::Workflow) do
      task_name "whole"
      lifecycle({ max_duration_minutes: 30 })
      environments({ test: { steps: [{ name: "a", timeout_seconds: 1 }] } })
      metadata({ owner: "shop" })
      step :a, handler: "Known", resolver: :explicit_mapping, type: "standard"
    end
    with_coordinator(environment: "test") do |coordinator|
      template = coordinator.template(coordinator.register_template(workflow).template_id)

      assert_equal [1_800_000, { "owner" => "shop" }], [template["max_duration_ms"], template["kept"]["metadata"]]
      assert_equal [1000, true], [template["steps"][0]["timeout_ms"], template["steps"][0]["handler"]["explicit"]]
    end
    assert_match(/lifecycle takes a Hash/, refused(TypeError) { lifecycle(5) })
  end

  def test_a_class_without_a_name_takes_one
    workflow = Class.new(TaskerCore::Workflow) do
      task_name "nameless"
      step(:a) { |_| 1 }
    end

    assert_equal "nameless#a", workflow.template_definition["steps"][0]["handler"]["callable"]
    nameless = Class.new(TaskerCore::Workflow) { step(:a) { |_| 1 } }

    assert_match(/needs task_name/, refusal { nameless.template_definition })
  end

  def test_it_prints_its_name_and_size
    assert_equal "WorkflowTest::ProcessOrder(3 steps)", ProcessOrder.inspect
    assert_equal "TaskerCore::Workflow", TaskerCore::Workflow.inspect
  end

  def test_misuse_is_refused_with_class_and_step
    assert_match(/step :a: there is a step of this name/, refused { 2.times { step(:a) { |_| 1 } } })
    assert_match(/step :a: unknown option :timout; did you mean "timeout"/, refused { step(:a, timout: 3) { |_| 1 } })
    assert_match(/step :a: give a block or a handler:, not both/, refused { step(:a, handler: "X") { |_| 1 } })
    assert_match(/step :a: give a block or a handler:, or define/, refused { step(:a) })
    assert_match(/step :b: after: there is no step "aa"; did you mean/, refused do
      step(:aaa) { |_| 1 }
      step(:b, after: :aa) { |_| 1 }
    end)
    assert_match(/needs at least one step/, refused { namespace "x" })
    assert_match(/step :a: timeout: .* got 0/, refused { step(:a, timeout: 0) { |_| 1 } })
    assert_match(/step :a: retry: .* got "3"/, refused(TypeError) { step(:a, retry: "3") { |_| 1 } })
    assert_match(/step :a: config: takes a Hash/, refused(TypeError) { step(:a, config: 3) { |_| 1 } })
    assert_match(/step 5: its name takes a Symbol/, refused(TypeError) { step(5) { |_| 1 } })
    assert_match(/namespace takes a String/, refused(TypeError) { namespace 5 })
  end

  def test_misuse_of_the_input_is_refused_with_its_name
    assert_match(/input :a is there twice/, refused { input { 2.times { optional :a, String } } })
    assert_match(/input :a: what is required has no default/, refused { input { required :a, String, default: "" } })
    assert_match(/input :a: Object is no type/, refused(TypeError) { input { required :a, Object } })
    assert_match(/input needs a block/, refused { input })
    assert_match(/input_schema takes a Hash/, refused(TypeError) { input_schema "x" })
  end

  private

  def refusal(kind = ArgumentError, &)
    error = assert_raises(kind, &)

    assert_kind_of TaskerCore::Error, error
    error.message
  end

  # Ruby 3.3 refuses an anonymous block inside another.
  def refused(kind = ArgumentError, &block) # rubocop:disable Naming/BlockForwarding
    refusal(kind) do
      Class.new(TaskerCore::Workflow) do
        task_name "misused"
        class_eval(&block) # rubocop:disable Naming/BlockForwarding
      end.template_definition
    end
  end
end
