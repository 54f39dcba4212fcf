# frozen_string_literal: true

require_relative "execution_helper"

class WorkerTest < Minitest::Test
  include ExecutionHelper

  def with_worker(coordinator, **options)
    worker = TaskerCore::Worker.new(coordinator, **options).start
    yield worker
  ensure
    worker&.stop(timeout: 5)
  end

  def finished?(coordinator, id)
    coordinator.get_task_context(id)["status"] == "complete"
  end

  def test_it_runs_tasks_that_were_there_and_tasks_that_come
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"], "c" => ["b"] })
      handle_all(coordinator, { "a" => [], "b" => [], "c" => [] }, &:name)
      before = submit(coordinator)
      with_worker(coordinator, concurrency: 2) do
        eventually { finished?(coordinator, before) }
        ids = Array.new(20) { submit(coordinator) }
        eventually { ids.all? { |id| finished?(coordinator, id) } }
      end
    end
  end

  def test_it_runs_as_many_steps_at_once_as_it_is_told_and_no_more
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a") { |_| @gate.pass }
      ids = Array.new(12) { submit(coordinator) }
      with_worker(coordinator, concurrency: 4) do
        eventually { @gate.waiting == 4 }
        most = 4
        200.times { most = [most, @gate.waiting].max if Thread.pass.nil? }
        @gate.open
        eventually { ids.all? { |id| finished?(coordinator, id) } }

        assert_equal 4, most
      end
    end
  end

  def test_results_do_not_wait_behind_a_slow_handler
    with_coordinator do |coordinator|
      template(coordinator, { "slow" => [], "quick" => [], "after" => ["quick"] })
      coordinator.register_handler("slow") { |_| @gate.pass }
      coordinator.register_handler("quick", &:name)
      coordinator.register_handler("after") { |_| @gate.open }
      id = submit(coordinator)
      with_worker(coordinator, concurrency: 3) { eventually { finished?(coordinator, id) } }
    end
  end

  def test_each_of_many_short_steps_runs_once
    with_coordinator do |coordinator|
      graph = { "a" => [] }.merge((1..10).to_h { |number| ["m#{number}", ["a"]] })
      template(coordinator, graph)
      runs = Queue.new
      handle_all(coordinator, graph) { |step| runs.push(step.step_id) && nil }
      ids = Array.new(50) { submit(coordinator) }
      with_worker(coordinator, concurrency: 4) { eventually(30) { ids.all? { |id| finished?(coordinator, id) } } }
      all = Array.new(runs.size) { runs.pop }

      assert_equal [550, 550], [all.size, all.uniq.size]
    end
  end

  def test_stop_lets_running_steps_end_and_takes_no_more
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      coordinator.register_handler("a") { |_| @gate.pass && "done" }
      coordinator.register_handler("b", &:name)
      id = submit(coordinator)
      worker = TaskerCore::Worker.new(coordinator, concurrency: 2).start
      eventually { @gate.waiting == 1 }
      stopping = Thread.new { worker.stop(timeout: 10) }
      eventually { stopping.status == "sleep" }
      @gate.open

      assert stopping.value
      assert_equal(%w[complete ready], %w[a b].map { |name| step_of(coordinator, id, name)["status"] })
      refute_predicate worker, :running?
    end
  end

  def test_stop_breaks_off_what_is_not_done_in_time_and_gives_it_back
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(1) })
      coordinator.register_handler("a") { |_| @gate.pass(30) }
      id = submit(coordinator)
      worker = TaskerCore::Worker.new(coordinator, concurrency: 2).start
      eventually { @gate.waiting == 1 }
      took = seconds_of { refute worker.stop(timeout: 0.1) }
      @gate.open

      assert_operator took, :<, 5
      assert_equal ["ready", 0], step_of(coordinator, id, "a").values_at("status", "attempts")
      assert_equal "complete", coordinator.orchestrate_task(id).status
    end
  end

  def test_an_idle_worker_stops_at_once
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator).start

      assert_operator(seconds_of { assert worker.stop }, :<, 5)
    end
  end

  def test_start_and_stop_may_be_repeated
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a", &:name)
      worker = TaskerCore::Worker.new(coordinator)

      assert worker.stop
      2.times do
        assert_same worker, worker.start.start
        assert_predicate worker, :running?
        id = submit(coordinator)
        eventually { finished?(coordinator, id) }

        assert worker.stop
        assert worker.stop
      end
    end
  end

  def test_a_failing_step_is_retried
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(3, base_ms: 5) })
      coordinator.register_handler("a") { |step| step.attempt < 3 ? raise("no") : step.attempt }
      id = submit(coordinator)
      with_worker(coordinator) { eventually { finished?(coordinator, id) } }

      assert_equal 3, step_of(coordinator, id, "a")["result"]
    end
  end

  def test_a_handler_that_hangs_holds_neither_its_slot_nor_its_step
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] }, { "a" => attempts(2).merge("timeout_seconds" => 0.3) })
      coordinator.register_handler("a") { |step| step.attempt == 1 ? @gate.pass(30) : "second" }
      id = submit(coordinator)
      with_worker(coordinator, concurrency: 1) { eventually { finished?(coordinator, id) } }
    end
  end

  def test_a_worker_of_a_closed_coordinator_ends_and_says_why
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator).start
      coordinator.close
      eventually { !worker.running? }

      assert_kind_of TaskerCore::CoordinatorClosed, worker.error
      assert_raises(TaskerCore::CoordinatorClosed) { worker.start }
    end
  end

  def test_a_thread_that_waits_for_steps_and_is_killed_is_replaced
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      coordinator.register_handler("a", &:name)
      with_worker(coordinator) do
        eventually { Thread.list.any? { |thread| thread.name == "tasker_core step" && thread.status == "sleep" } }
        killed = Thread.list.select { |thread| thread.name == "tasker_core step" }.each(&:kill)
        eventually { killed.none?(&:alive?) }
        id = submit(coordinator)
        eventually { finished?(coordinator, id) }
      end
    end
  end

  def test_it_prints_one_line
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator, concurrency: 3)

      assert_equal "#<TaskerCore::Worker stopped>", worker.inspect
      worker.start

      assert_equal "#<TaskerCore::Worker running, 0 of 3 busy>", worker.inspect
      worker.stop
    end
  end

  def test_wrong_arguments_are_refused
    with_coordinator do |coordinator|
      assert_raises(TypeError) { TaskerCore::Worker.new("coordinator") }
      assert_raises(TypeError) { TaskerCore::Worker.new(coordinator, concurrency: "10") }
      assert_raises(ArgumentError) { TaskerCore::Worker.new(coordinator, concurrency: 0) }
      assert_raises(ArgumentError) { TaskerCore::Worker.new(coordinator).stop(timeout: -1) }
    end
  end
end
