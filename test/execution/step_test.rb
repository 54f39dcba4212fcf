# frozen_string_literal: true

require_relative "execution_helper"

# What a handler can ask its step.
class StepTest < Minitest::Test
  include ExecutionHelper

  # Runs a graph in which the last step's handler is the block, and gives what the block returned.
  def in_last_step(graph = { "a" => [], "b" => ["a"], "c" => ["b"] }, options = {}, context = {})
    answer = nil
    with_coordinator do |coordinator|
      template(coordinator, graph, options)
      handle_all(coordinator, graph) { |step| { "from" => step.name } }
      coordinator.register_handler(graph.keys.last) { |step| (answer = yield(step)) && nil }
      outcome = coordinator.orchestrate_task(id = submit(coordinator, context))

      assert_equal "complete", outcome.status, coordinator.get_task_context(id)["steps"].last["error"].inspect
    end
    answer
  end

  def test_it_knows_what_it_is
    step = in_last_step { |it| it }

    assert_equal ["c", 1, 3, false], [step.name, step.attempt, step.max_attempts, step.last_attempt?]
    assert_equal step.task_id, step.step_id >> 16
    assert_kind_of Logger, step.logger
    assert_match(%r{\A#<TaskerCore::Step test/work#c of task #{step.task_id}, attempt 1/3>\z}, step.inspect)
  end

  def test_it_shows_no_payload_when_it_is_inspected
    refute_match(/secret/, in_last_step({ "a" => [] }, {}, { "card" => "secret" }, &:inspect))
  end

  def test_its_deadline_is_a_time_ahead
    step = in_last_step({ "a" => [] }, { "a" => { "timeout_seconds" => 90 } }) { |it| it }

    assert_in_delta Time.now + 90, step.deadline, 20
    assert_predicate step.deadline, :utc?
  end

  def test_its_config_is_the_initialization_of_the_template
    options = { "a" => { "handler" => { "callable" => "a", "initialization" => { "strict" => { "deep" => [1] } } } } }

    assert_equal({ "strict" => { "deep" => [1] } }, in_last_step({ "a" => [] }, options, &:config))
  end

  def test_results_are_the_parents_by_name
    graph = { "a" => [], "b" => [], "c" => %w[a b] }

    assert_equal({ "a" => { "from" => "a" }, "b" => { "from" => "b" } }, in_last_step(graph, &:results))
  end

  def test_result_of_reaches_every_ancestor_by_string_or_symbol
    answer = in_last_step { |step| [step.result_of("b"), step.result_of(:a), step.result_of("a")] }

    assert_equal [{ "from" => "b" }, { "from" => "a" }, { "from" => "a" }], answer
    assert_predicate answer[1]["from"], :frozen?
    assert_same answer[1], answer[2]
  end

  def test_result_of_an_unknown_step_names_the_nearest
    error = in_last_step({ "validate" => [], "c" => ["validate"] }) { |step| rescued { step.result_of("validte") } }

    assert_kind_of TaskerCore::StepNotFound, error
    assert_match(/did you mean "validate"\?/, error.message)
  end

  def test_result_of_a_step_that_does_not_come_before_is_refused
    error = in_last_step({ "a" => [], "beside" => [], "c" => ["a"] }) { |step| rescued { step.result_of("beside") } }

    assert_kind_of ArgumentError, error
    assert_match(/"beside" doesn't come before/, error.message)
  end

  def test_the_idempotency_key_is_the_same_for_each_attempt_and_differs_between_steps
    keys = Hash.new { |hash, name| hash[name] = [] }
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] }, { "a" => attempts(3) })
      coordinator.register_handler("a") { |step| (keys["a"] << step.idempotency_key) && step.attempt < 3 && raise("x") }
      coordinator.register_handler("b") { |step| keys["b"] << step.idempotency_key }
      coordinator.orchestrate_task(submit(coordinator), wait_for_retries: true)
    end

    assert_equal [3, 1], [keys["a"].size, keys["a"].uniq.size]
    refute_equal keys["a"].first, keys["b"].first
  end

  def test_the_idempotency_key_of_the_first_step_differs_between_databases
    keys = Array.new(2) do
      key = nil
      with_coordinator do |coordinator|
        template(coordinator, { "a" => [] })
        coordinator.register_handler("a") { |step| (key = step.idempotency_key) && nil }
        coordinator.orchestrate_task(submit(coordinator))
      end
      key
    end

    keys.each { |key| assert_match(/\Atasker-\h+-65536\z/, key) }
    refute_equal(*keys)
  end

  def test_payloads_come_through_exactly
    odd = { "big" => 2**100, "float" => 0.1 + 0.2, "one" => 1.0, "nul" => "\u0000", "" => "😀",
            "deep" => [[[[nil, true]]]] }
    answer = nil
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a", &:context)
      coordinator.register_handler("b") { |step| (answer = step.results["a"]) && nil }
      coordinator.orchestrate_task(submit(coordinator, odd))
    end

    assert_equal odd, answer
    assert_kind_of Float, answer["one"]
  end

  def test_a_skipped_parents_result_is_nil
    with_coordinator do |coordinator|
      coordinator.register_handler("a") { |_| flunk "it was to be skipped" }
      coordinator.register_handler("b", &:results)
      template(coordinator, { "a" => [], "b" => ["a"] }, { "a" => { "skippable" => true } })
      id = coordinator.initialize_task("namespace" => "test", "name" => "work", "bypass_steps" => ["a"]).task_id
      coordinator.orchestrate_task(id)

      assert_equal({ "a" => nil }, step_of(coordinator, id, "b")["result"])
    end
  end

  private

  def rescued
    yield
    nil
  rescue StandardError => e
    e
  end
end
