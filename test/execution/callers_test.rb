# frozen_string_literal: true

require_relative "execution_helper"

# Several calls at once, and calls inside handlers.
class CallersTest < Minitest::Test
  include ExecutionHelper

  def test_ten_threads_that_run_the_same_task_run_each_step_once_and_all_see_it_done
    with_coordinator do |coordinator|
      graph = { "first" => [] }.merge((1..20).to_h { |number| ["m#{number}", ["first"]] })
      template(coordinator, graph)
      runs = Queue.new
      handle_all(coordinator, graph) { |step| runs.push(step.name) && nil }
      id = submit(coordinator)
      outcomes = Array.new(10) { Thread.new { coordinator.orchestrate_task(id) } }.map(&:value)

      assert_equal ["complete"], outcomes.map(&:status).uniq
      assert_equal graph.keys.sort, Array.new(runs.size) { runs.pop }.sort
    end
  end

  def test_ten_threads_that_run_ten_tasks_do_not_wait_for_each_other
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a") { |_| @gate.pass }
      calls = Array.new(10) { submit(coordinator) }.map { |id| Thread.new { coordinator.orchestrate_task(id) } }
      eventually { @gate.waiting == 10 }
      @gate.open

      assert_equal(["complete"], calls.map { |call| call.value.status }.uniq)
    end
  end

  def test_a_handler_may_run_another_task
    with_coordinator(max_parallel_steps: 1) do |coordinator|
      template(coordinator, { "outer" => [] })
      template(coordinator, { "inner" => [] }, name: "nested")
      coordinator.register_handler("inner") { |step| step.context["depth"] }
      coordinator.register_handler("outer") do |_|
        inner = submit(coordinator, { "depth" => 2 }, name: "nested")
        [coordinator.orchestrate_task(inner).status, step_of(coordinator, inner, "inner")["result"]]
      end
      id = submit(coordinator)
      within(20) { coordinator.orchestrate_task(id) }

      assert_equal ["complete", 2], step_of(coordinator, id, "outer")["result"]
    end
  end

  def test_a_handler_that_runs_its_own_task_does_not_wait_for_itself
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a") { |step| coordinator.orchestrate_task(step.task_id).status }
      id = submit(coordinator)

      assert_equal("complete", within(20) { coordinator.orchestrate_task(id).status })
      assert_equal "in_progress", step_of(coordinator, id, "a")["result"]
    end
  end

  def test_a_call_waits_for_a_step_that_a_worker_of_this_process_runs
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a") { |_| @gate.pass && nil }
      coordinator.register_handler("b", &:name)
      id = submit(coordinator)
      worker = TaskerCore::Worker.new(coordinator, concurrency: 2).start
      eventually { @gate.waiting == 1 }
      call = Thread.new { coordinator.orchestrate_task(id).status }
      eventually { call.status == "sleep" }
      @gate.open

      assert_equal("complete", within(10) { call.value })
      worker.stop
    end
  end

  def test_a_call_after_one_that_was_broken_off_waits_for_the_handler_in_flight
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a") { |_| @gate.pass && 1 }
      coordinator.register_handler("b", &:name)
      id = submit(coordinator)
      first = Thread.new { coordinator.orchestrate_task(id) }
      eventually { @gate.waiting == 1 }
      first.kill.join
      second = Thread.new { coordinator.orchestrate_task(id).status }
      eventually { second.status == "sleep" }
      @gate.open

      assert_equal("complete", within(10) { second.value })
    end
  end

  def test_waiting_for_a_step_in_flight_can_be_broken_off_and_takes_nothing
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a") { |_| @gate.pass && 1 }
      coordinator.register_handler("b", &:name)
      id = submit(coordinator)
      2.times do |number|
        call = Thread.new { coordinator.orchestrate_task(id) }
        eventually { number.zero? ? @gate.waiting == 1 : call.status == "sleep" }
        call.kill

        assert call.join(5)
      end
      @gate.open
      eventually { step_of(coordinator, id, "a")["status"] == "complete" }

      assert_equal "ready", step_of(coordinator, id, "b")["status"]
    end
  end

  def test_a_task_goes_on_where_a_call_that_was_waited_for_is_broken_off
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a") { |_| @gate.pass && 1 }
      coordinator.register_handler("b", &:name)
      id = submit(coordinator)
      first = Thread.new { coordinator.orchestrate_task(id) }
      eventually { @gate.waiting == 1 }
      second = Thread.new { coordinator.orchestrate_task(id).status }
      eventually { second.status == "sleep" }
      first.kill.join
      @gate.open

      assert_equal("complete", within(10) { second.value })
    end
  end

  def test_nothing_is_left_of_a_dropped_coordinator_but_idle_threads_that_end
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a", &:name)
      coordinator.orchestrate_task(submit(coordinator))
    end

    eventually(10, "the end of idle threads") { TaskerCore::Execution::Pool.idle.zero? }
    eventually(10, "the end of step threads") { Thread.list.none? { |thread| thread.name == "tasker_core step" } }
  end
end
