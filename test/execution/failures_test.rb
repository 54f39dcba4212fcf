# frozen_string_literal: true

require_relative "execution_helper"

# However a handler is left, its attempt is reported, and the call returns.
class FailuresTest < Minitest::Test
  include ExecutionHelper

  def test_a_failed_attempt_is_retried_until_one_succeeds
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(3) })
      coordinator.register_handler("a") { |step| step.last_attempt? ? step.attempt : raise("not yet") }
      outcome = coordinator.orchestrate_task(id = submit(coordinator), wait_for_retries: true)

      assert_equal "complete", outcome.status
      assert_equal 3, step_of(coordinator, id, "a")["result"]
    end
  end

  def test_a_call_that_does_not_wait_says_when_the_retry_is_due
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(2, base_ms: 60_000) })
      coordinator.register_handler("a") { |_| raise TaskerCore::RetryableError.new("busy", retry_after: 30) }
      before = Time.now
      outcome = coordinator.orchestrate_task(submit(coordinator))

      assert_equal "in_progress", outcome.status
      assert_in_delta before + 30, outcome.next_run_at, 5
    end
  end

  def test_a_retry_begins_while_other_steps_still_run
    with_coordinator do |coordinator|
      template(coordinator, { "slow" => [], "shaky" => [] }, { "shaky" => attempts(2, base_ms: 20) })
      coordinator.register_handler("slow") { |_| @gate.pass }
      coordinator.register_handler("shaky") { |step| step.attempt == 1 ? raise("once") : @gate.open }

      assert_equal "complete", coordinator.orchestrate_task(submit(coordinator)).status
    end
  end

  def test_a_permanent_error_is_not_retried_and_is_kept_with_all_it_says
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(5) })
      runs = 0
      coordinator.register_handler("a") do |_|
        runs += 1
        raise TaskerCore::PermanentError.new("stolen", error_code: "CARD_STOLEN", context: { card: "x" })
      end
      outcome = coordinator.orchestrate_task(id = submit(coordinator))
      error = step_of(coordinator, id, "a")["error"]

      assert_equal ["error", 1], [outcome.status, runs]
      assert_equal ["TaskerCore::PermanentError", "stolen", "CARD_STOLEN", { "card" => "x" }, true],
                   error.values_at("class", "message", "error_code", "context", "permanent")
      assert(error["backtrace"].first.include?(__FILE__))
    end
  end

  def test_other_branches_go_on_after_a_failure
    with_coordinator do |coordinator|
      template(coordinator, { "bad" => [], "after_bad" => ["bad"], "good" => [], "after_good" => ["good"] },
               { "bad" => attempts(1) })
      %w[after_bad good after_good].each { |name| coordinator.register_handler(name, &:name) }
      coordinator.register_handler("bad") { |_| raise "no" }
      outcome = coordinator.orchestrate_task(id = submit(coordinator))
      states = coordinator.get_task_context(id)["steps"].to_h { |step| step.values_at("name", "status") }

      assert_equal "error", outcome.status
      assert_equal %w[complete complete error], states.values_at("good", "after_good", "bad")
      refute_equal "complete", states["after_bad"]
    end
  end

  LEAVES = {
    "throw" => [->(_) { throw :out }, /uncaught throw :out/],
    "exit" => [->(_) { exit 3 }, /called exit \(status 3\)/],
    "kill" => [->(_) { Thread.current.kill }, /killed/],
    "Thread.exit" => [->(_) { Thread.exit }, /killed/],
    "timeout" => [->(_) { Timeout.timeout(0.01) { Queue.new.pop } }, /execution expired/],
    "any exception" => [->(_) { raise NotImplementedError, "later" }, /later/],
    "endless recursion" => [->(step) { LEAVES["endless recursion"][0].call(step) }, /stack level too deep/],
    "break" => [proc { |_| break 1 }, /left by `next`/]
  }.freeze

  LEAVES.each do |how, (handler, message)|
    define_method("test_a_handler_left_by_#{how.tr(" .", "__").downcase}_is_a_failed_attempt_and_the_next_one_runs") do
      within(20) do
        with_coordinator do |coordinator|
          template(coordinator, { "a" => [], "b" => ["a"] }, { "a" => attempts(2) })
          coordinator.register_handler("a") { |step| step.attempt == 1 ? handler.call(step) : step.attempt }
          coordinator.register_handler("b", &:name)
          outcome = coordinator.orchestrate_task(id = submit(coordinator), wait_for_retries: true)
          reasons = coordinator.get_task_context(id)["history"].map { |event| event["reason"].to_s }

          assert_equal "complete", outcome.status
          assert_equal 2, step_of(coordinator, id, "a")["attempts"]
          assert(reasons.any? { |reason| reason.match?(message) }, "no reason matches #{message.inspect}: #{reasons}")
        end
      end
    end
  end

  def test_a_handler_left_by_return_is_a_failed_attempt
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1) })
      coordinator.register_handler("a", &method_with_a_block_that_returns)
      outcome = coordinator.orchestrate_task(id = submit(coordinator))

      assert_equal "error", outcome.status
      assert_match(/left by `next`, not by `return`/, step_of(coordinator, id, "a")["error"]["message"])
    end
  end

  def test_a_result_that_cannot_be_stored_fails_for_good_and_says_where
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(5) })
      runs = 0
      coordinator.register_handler("a") { |_| (runs += 1) && { items: [1, { at: Time.now }] } }
      coordinator.orchestrate_task(id = submit(coordinator))
      error = step_of(coordinator, id, "a")["error"]

      assert_equal 1, runs
      assert_match(/result\.items\[1\]\.at/, error["message"])
      assert_equal "TaskerCore::ValidationError", error["class"]
    end
  end

  def test_a_missing_handler_fails_for_good_with_the_nearest_name
    with_coordinator do |coordinator|
      template(coordinator, { "charge_card" => [] }, { "charge_card" => attempts(5) })
      coordinator.register_handler("charge_cart") { |_| 1 }
      outcome = coordinator.orchestrate_task(id = submit(coordinator))
      error = step_of(coordinator, id, "charge_card")["error"]

      assert_equal "error", outcome.status
      assert_equal ["TaskerCore::HandlerNotFound", true], error.values_at("class", "permanent")
      assert_match(/did you mean "charge_cart"\?/, error["message"])
    end
  end

  def test_an_error_whose_context_cannot_be_stored_is_reported_all_the_same
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1) })
      coordinator.register_handler("a") { |_| raise TaskerCore::RetryableError.new("x", context: { io: $stdout }) }
      coordinator.orchestrate_task(id = submit(coordinator))

      assert_match(/context\.io/, step_of(coordinator, id, "a")["error"]["context"]["not_stored"])
    end
  end

  def test_a_message_that_is_long_or_no_text_is_cut_and_cleaned
    with_coordinator do |coordinator|
      template(coordinator, { "long" => [], "binary" => [], "hostile" => [] },
               %w[long binary hostile].to_h { |name| [name, attempts(1)] })
      coordinator.register_handler("long") { |_| raise "x" * 50_000 }
      coordinator.register_handler("binary") { |_| raise ArgumentError, String.new("caf\xE9 \xFF") }
      coordinator.register_handler("hostile") { |_| raise Class.new(StandardError) { def message = raise("no") } }
      coordinator.orchestrate_task(id = submit(coordinator))

      assert_operator step_of(coordinator, id, "long")["error"]["message"].length, :<, 11_000
      assert_predicate step_of(coordinator, id, "binary")["error"]["message"], :valid_encoding?
      assert_match(/could not be described/, step_of(coordinator, id, "hostile")["error"]["message"])
    end
  end

  private

  # By the time the block is called, the method that it would return from is over.
  def method_with_a_block_that_returns
    proc { |_| return 1 }
  end
end
