# frozen_string_literal: true

require_relative "cpu"

module Benches
  # What a measurement took: time, and what the parts of the system did for it. The process of the workers, that of the
  # submitter (this one) and the server are told apart, and Ruby from the engine where they share a process.
  class Meter
    # Costs of what is measured itself.
    OWN = ["CPU: Ruby", "CPU: engine", "CPU: server"].freeze

    # @param seconds [Float]
    # @param tasks [Integer]
    # @param steps [Integer]
    # @param costs [Hash{String => Array(String, Numeric)}] unit and figure, of a step, by what it is of
    Measured = Struct.new(:seconds, :tasks, :steps, :costs) do
      def rate = tasks / seconds
      def steps_rate = steps / seconds
    end

    # @param database [Sqlite, Postgres]
    # @param coordinator [TaskerCore::Coordinator] this process's
    # @param workers [Workers, nil] nil where this process runs the steps
    def initialize(database, coordinator, workers)
      @database = database
      @coordinator = coordinator
      @workers = workers
    end

    # @param tasks [Integer, nil]
    # @param steps [Integer, nil] nil for as many as the block says in the end
    # @yield what is to be measured
    # @return [Measured]
    def measure(tasks, steps = nil)
      GC.start
      looked = looks
      before = { **cpu, **looked }
      given = nil
      seconds = Benches.seconds { given = yield }
      after = { **cpu, **looks }
      steps ||= given
      costs = before.to_h { |what, (unit, one)| [what, [unit, (after[what].last - one) / steps.to_f]] }
      Measured.new(seconds, tasks, steps, costs)
    end

    private

    # To look takes time itself, which isn't to be counted: so this comes first before, and last after.
    def looks
      { "commits" => ["commits", turns], "written" => ["bytes", @database.written(pids)] }
    end

    # In microseconds.
    def cpu
      times = { "Ruby" => nil, "engine" => nil, "server" => @database.server_cpu, **own_cpu }.compact
      times["others"] = Cpu.of_all - times.values.sum
      times.to_h { |who, seconds| ["CPU: #{who}", ["µs", seconds * 1e6]] }
    end

    def own_cpu
      own = Cpu.of(Process.pid)
      return { "Ruby" => own[:ruby], "engine" => own[:engine] } unless @workers

      each = @workers.pids.map { |pid| Cpu.of(pid) }
      { "Ruby" => each.sum { |one| one[:ruby] }, "engine" => each.sum { |one| one[:engine] },
        "submitter" => own.values.sum }
    end

    def turns
      @coordinator.get_performance_metrics.fetch("turns") + (@workers ? @workers.turns : 0)
    end

    def pids = [Process.pid, *@workers&.pids]
  end
end
