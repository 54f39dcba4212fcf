# frozen_string_literal: true

module Benches
  # The workflows of the comparison, and what else is submitted. Handlers are named by what they do: `noop` nothing,
  # `echo` returns the task's context, `wait` takes 50 ms, `stamp` tells when it ran.
  module Workloads
    NAMESPACE = "bench"
    NAMES = { "w1" => "W1, a line of 5", "w2" => "W2, a diamond of 4", "w3" => "W3, 1→100→1" }.freeze
    # How many are submitted at once, where many are.
    BATCH = 500

    module_function

    def step(name, parents = [], handler: "noop")
      { "name" => name, "handler" => { "callable" => handler }, "dependencies" => parents }
    end

    def chain(count, handler: "noop")
      (1..count).map { |number| step("s#{number}", number > 1 ? ["s#{number - 1}"] : [], handler:) }
    end

    def fan(count, handler: "noop")
      middle = (1..count).map { |number| "m#{number}" }
      [step("first", handler:), *middle.map { |name| step(name, ["first"], handler:) }, step("last", middle, handler:)]
    end

    TEMPLATES = {
      "w1" => chain(5),
      "w2" => [step("a"), step("b", ["a"]), step("c", ["a"]), step("d", %w[b c])],
      "w3" => fan(100),
      "echo" => chain(5, handler: "echo"),
      "spread" => fan(200, handler: "wait"),
      "stamp" => [step("stamp", handler: "stamp")]
    }.freeze

    # @return [Integer] of the template's steps
    def size(name) = TEMPLATES.fetch(name).size

    def request(name, payload = {})
      { "namespace" => NAMESPACE, "task_name" => name, "payload" => payload }
    end

    # @param extra [Hash{String => Array}] templates beside those that are always there
    def register(coordinator, extra = {})
      TEMPLATES.merge(extra).each do |name, steps|
        coordinator.register_template("name" => name, "namespace_name" => NAMESPACE, "version" => "1.0.0",
                                      "steps" => steps)
      end
    end

    # @return [Array<Integer>] ids of as many tasks, submitted in bulk
    def submit(coordinator, name, count, payload = {})
      Array.new(count) { request(name, payload) }.each_slice(BATCH).flat_map do |slice|
        coordinator.initialize_tasks(slice).map(&:task_id)
      end
    end

    # Submits about as many, one a call.
    def submit_by_threads(coordinator, threads, name, count)
      in_threads(threads, count) { coordinator.initialize_task(request(name)) }
    end

    # What a job calls for a task of its own.
    def run_one(coordinator, name = "w1")
      coordinator.orchestrate_task(coordinator.initialize_task(request(name)).task_id)
    end

    # Has the block done as often as that, by so many threads.
    def in_threads(threads, count, &block)
      Array.new(threads) { |at| Thread.new { ((count + at) / threads).times { block.call } } }.each(&:join)
    end
  end
end
