# frozen_string_literal: true

require_relative "execution_helper"

# A call that is broken off leaves nothing behind that could not go on.
class InterruptsTest < Minitest::Test
  include ExecutionHelper

  WAYS = {
    "timeout" => ->(thread) { thread.raise(Timeout::Error, "enough") },
    "kill" => lambda(&:kill),
    "interrupt" => ->(thread) { thread.raise(Interrupt) }
  }.freeze

  WAYS.each do |how, break_off|
    define_method("test_a_call_broken_off_by_#{how}_returns_at_once_and_the_handler_in_flight_is_still_reported") do
      within(20) do
        with_coordinator(max_parallel_steps: 1) do |coordinator|
          template(coordinator, { "a" => [], "b" => ["a"] })
          coordinator.register_handler("a") { |_| @gate.pass && "done" }
          coordinator.register_handler("b", &:name)
          id = submit(coordinator)
          call = Thread.new { coordinator.orchestrate_task(id) }
          call.report_on_exception = false
          eventually { @gate.waiting == 1 }
          break_off.call(call)
          eventually(5, "the end of the call") { !call.alive? }
          @gate.open
          eventually { step_of(coordinator, id, "a")["status"] == "complete" }

          assert_equal "complete", coordinator.orchestrate_task(id).status
          assert_equal 1, step_of(coordinator, id, "a")["attempts"]
        end
      end
    end
  end

  def test_a_broken_off_call_does_not_begin_what_it_had_taken
    with_coordinator(max_parallel_steps: 2) do |coordinator|
      graph = (1..6).to_h { |number| ["s#{number}", []] }
      template(coordinator, graph)
      begun = Queue.new
      handle_all(coordinator, graph) { |step| begun.push(step.name) && @gate.pass && nil }
      id = submit(coordinator)
      call = Thread.new { coordinator.orchestrate_task(id) }
      eventually { @gate.waiting == 2 }
      call.kill.join
      @gate.open
      eventually { coordinator.get_task_context(id)["steps"].none? { |step| step["status"] == "in_progress" } }

      assert_equal 2, begun.size
      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal 6, begun.size
    end
  end

  def test_waiting_for_a_retry_can_be_broken_off
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(2, base_ms: 60_000) })
      coordinator.register_handler("a") { |_| raise TaskerCore::RetryableError.new("later", retry_after: 60) }
      id = submit(coordinator)

      assert_raises(Timeout::Error) do
        Timeout.timeout(0.3) { coordinator.orchestrate_task(id, wait_for_retries: true) }
      end
      assert_equal "in_progress", coordinator.orchestrate_task(id).status
    end
  end

  def test_what_is_raised_in_a_thread_whose_step_is_over_is_dropped
    Thread.handle_interrupt(Object => :never) do
      Thread.new(Thread.current) { |victim| 2.times { victim.raise("late") } }.join

      assert_predicate Thread, :pending_interrupt?
      TaskerCore::Execution.drop_late_interrupts

      refute_predicate Thread, :pending_interrupt?
    end
  end
end
