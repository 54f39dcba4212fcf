# frozen_string_literal: true

require_relative "execution_helper"

# What orchestrate_task promises about which step runs when.
class RunTest < Minitest::Test
  include ExecutionHelper

  def test_a_chain_runs_in_order_and_hands_results_on
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"], "c" => ["b"] })
      coordinator.register_handler("a") { |step| step.context["start"] + 1 }
      coordinator.register_handler("b") { |step| step.results["a"] * 10 }
      coordinator.register_handler("c") { |step| [step.results["b"], step.result_of("a")] }
      outcome = coordinator.orchestrate_task(id = submit(coordinator, { "start" => 1 }))

      assert_equal "complete", outcome.status
      assert_equal [3, 3, 0], [outcome.step_count, outcome.completed_steps, outcome.failed_steps]
      assert_equal [20, 2], step_of(coordinator, id, "c")["result"]
    end
  end

  def test_independent_steps_run_at_the_same_time
    with_coordinator do |coordinator|
      template(coordinator, { "left" => [], "right" => [] })
      left = Queue.new
      right = Queue.new
      # Each goes on only when the other has begun too.
      coordinator.register_handler("left") { |_| left.push(1) && Timeout.timeout(5) { right.pop } }
      coordinator.register_handler("right") { |_| right.push(2) && Timeout.timeout(5) { left.pop } }
      id = submit(coordinator)

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal [2, 1], [step_of(coordinator, id, "left"), step_of(coordinator, id, "right")].map { |s| s["result"] }
    end
  end

  def test_never_more_steps_at_once_than_max_parallel_steps_and_as_many_where_there_are_enough
    with_coordinator(max_parallel_steps: 3) do |coordinator|
      graph = (1..12).to_h { |number| ["s#{number}", []] }
      template(coordinator, graph)
      handle_all(coordinator, graph) { |_| @gate.pass }
      id = submit(coordinator)
      call = Thread.new { coordinator.orchestrate_task(id) }
      eventually { @gate.waiting == 3 }
      most = 3
      200.times { most = [most, @gate.waiting].max if Thread.pass.nil? }
      @gate.open

      assert_equal "complete", call.value.status
      assert_equal 3, most
    end
  end

  def test_the_limit_holds_through_a_whole_fan_out
    with_coordinator(max_parallel_steps: 4) do |coordinator|
      graph = { "first" => [] }.merge((1..40).to_h { |number| ["s#{number}", ["first"]] })
      template(coordinator, graph)
      mutex = Mutex.new
      now = most = 0
      handle_all(coordinator, graph) do |_|
        mutex.synchronize { most = [most, now += 1].max }
        Thread.pass
        mutex.synchronize { now -= 1 }
      end

      assert_equal "complete", coordinator.orchestrate_task(submit(coordinator)).status
      assert_operator most, :<=, 4
    end
  end

  def test_one_to_a_hundred_to_one
    with_coordinator do |coordinator|
      middle = (1..100).map { |number| "m#{number}" }
      graph = { "first" => [] }.merge(middle.to_h { |name| [name, ["first"]] }, "last" => middle)
      template(coordinator, graph)
      handle_all(coordinator, graph) { |step| step.name.delete("m").to_i + step.results["first"] }
      coordinator.register_handler("first") { |_| 1000 }
      coordinator.register_handler("last") { |step| step.results.values.sum }
      outcome = coordinator.orchestrate_task(id = submit(coordinator))

      assert_equal ["complete", 102], [outcome.status, outcome.completed_steps]
      assert_equal 100_000 + 5050, step_of(coordinator, id, "last")["result"]
    end
  end

  def test_no_step_of_a_random_graph_runs_before_its_parents
    seed = Random.new_seed % 100_000
    random = Random.new(seed)
    graph = random_graph(60, random)
    with_coordinator(max_parallel_steps: 6) do |coordinator|
      template(coordinator, graph)
      events = Queue.new
      handle_all(coordinator, graph) do |step|
        events << [:begin, step.name]
        Thread.pass if random.rand(2).zero?
        (events << [:end, step.name]) && nil
      end

      assert_equal "complete", coordinator.orchestrate_task(submit(coordinator)).status, "seed #{seed}"
      assert_in_order(graph, Array.new(events.size) { events.pop }, "seed #{seed}")
    end
  end

  def test_a_task_that_is_done_is_not_run_again
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [] })
      runs = 0
      coordinator.register_handler("a") { |_| runs += 1 }
      id = submit(coordinator)

      assert_equal(%w[complete complete], Array.new(2) { coordinator.orchestrate_task(id).status })
      assert_equal 1, runs
    end
  end

  def test_an_unknown_task_is_refused_where_it_was_called
    with_coordinator do |coordinator|
      error = assert_raises(TaskerCore::TaskNotFound) { coordinator.orchestrate_task(4711) }

      assert_match(/Task not found/, error.message)
      assert(error.backtrace.any? { |line| line.include?(__FILE__) })
    end
  end

  def test_results_and_contexts_are_frozen_to_the_last_leaf
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] })
      seen = []
      coordinator.register_handler("a") { |_| { "list" => ["text", { "x" => [1] }] } }
      coordinator.register_handler("b") { |step| seen.push(step.context, step.results, step.config) && nil }
      coordinator.orchestrate_task(submit(coordinator, { "deep" => { "er" => ["text"] } }))
      context, results, config = seen

      assert_predicate context["deep"]["er"].first, :frozen?
      assert_raises(FrozenError) { context["deep"]["er"] << 1 }
      assert_raises(FrozenError) { results["a"]["list"][1]["x"] << 1 }
      assert_raises(FrozenError) { results["b"] = 1 }
      assert_raises(FrozenError) { config["x"] = 1 }
    end
  end

  def test_an_older_value_of_a_fiber_local_is_not_seen_by_the_next_step
    with_coordinator(max_parallel_steps: 1) do |coordinator|
      graph = { "a" => [], "b" => ["a"] }
      template(coordinator, graph)
      handle_all(coordinator, graph) do |step|
        before = Thread.current[:user]
        Thread.current[:user] = step.name
        before
      end
      id = submit(coordinator)
      coordinator.orchestrate_task(id)

      assert_nil step_of(coordinator, id, "b")["result"]
    end
  end

  private

  def random_graph(size, random)
    names = Array.new(size) { |number| format("s%02d", number) }
    names.each_with_index.to_h { |name, number| [name, names.first(number).sample(random.rand(4), random:)] }
  end

  def assert_in_order(graph, events, message)
    ended = {}
    events.each do |what, name|
      next ended[name] = true if what == :end

      assert graph[name].all? { |parent| ended[parent] }, "#{name} was begun before its parents ended, #{message}"
    end

    assert_equal graph.keys, ended.keys.sort, message
    assert_equal 2 * graph.size, events.size, message
  end
end
