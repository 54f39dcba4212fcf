# frozen_string_literal: true

require_relative "execution_helper"

# Handlers of the older format: `process(task, sequence, step)`.
class LegacyTest < Minitest::Test
  include ExecutionHelper

  # Returns its result.
  class Fetch
    def process(task, _sequence, step)
      { "for" => task.context["cart"], "step" => step.name, "timeout" => step.config["timeout_seconds"] }
    end
  end

  # Puts its result into the step afterwards.
  class Price
    def process(_task, sequence, _step)
      sequence.find_step_by_name("fetch").results["for"] * 2
    end

    def process_results(step, output, initial_results)
      step.results = { "cents" => output, "initial" => initial_results }
    end
  end

  # Looks at steps that are not its parents.
  class Report
    def process(_task, sequence, step)
      { "unknown" => sequence.find_step_by_name("none"), "all" => sequence.steps.map(&:name),
        "fetched" => sequence.find_step_by_name(:fetch).results["step"], "own" => step.results, "try" => step.attempts }
    end
  end

  TEMPLATE = {
    "namespace_name" => "test", "name" => "older",
    "step_templates" => [
      { "name" => "fetch", "handler_class" => "LegacyTest::Fetch", "handler_config" => { "timeout_seconds" => 20 } },
      { "name" => "price", "handler_class" => "LegacyTest::Price", "depends_on_step" => "fetch" },
      { "name" => "report", "handler_class" => "LegacyTest::Report", "depends_on_steps" => ["price"] }
    ]
  }.freeze

  def run_older
    with_coordinator do |coordinator|
      coordinator.register_template(TEMPLATE)
      yield coordinator if block_given?
      id = coordinator.initialize_task("namespace" => "test", "name" => "older", "context" => { "cart" => 7 }).task_id
      coordinator.orchestrate_task(id)
      coordinator.get_task_context(id)["steps"].to_h { |step| [step["name"], step["result"] || step["error"]] }
    end
  end

  def test_process_is_called_with_task_sequence_and_step
    assert_equal({ "for" => 7, "step" => "fetch", "timeout" => 20 }, run_older["fetch"])
  end

  def test_process_results_says_what_the_result_is
    assert_equal({ "cents" => 14, "initial" => nil }, run_older["price"])
  end

  def test_the_sequence_knows_every_step_of_the_task
    assert_equal({ "unknown" => nil, "all" => %w[fetch price report], "fetched" => "fetch", "own" => nil, "try" => 1 },
                 run_older["report"])
  end

  def test_a_registered_block_takes_the_place_of_the_class
    results = run_older do |coordinator|
      coordinator.register_handler("LegacyTest::Fetch") { |_| { "for" => 100, "step" => "f" } }
    end

    assert_equal 200, results["price"]["cents"]
  end

  def test_what_a_handler_is_given_prints_one_line_without_payloads
    seen = nil
    run_older do |coordinator|
      coordinator.register_handler("LegacyTest::Fetch", Class.new do
        define_method(:process) do |task, sequence, step|
          seen = [task, sequence, step].map(&:inspect)
          { "for" => 1 }
        end
      end)
    end

    assert_match(/\A#<TaskerCore::Legacy::Task \d+>\z/, seen[0])
    assert_equal ["#<TaskerCore::Legacy::Sequence 3 steps>", "#<TaskerCore::Legacy::Step fetch>"], seen[1..]
  end
end
