# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../../../lib", __dir__)
require "tasker_core"
require_relative "meter"
require_relative "workers"
require_relative "workloads"

module Benches
  # A database without tasks, a coordinator on it in this process, and workers in others.
  class Site
    # How long anything may take.
    PATIENCE = 300
    # Between two looks how many handlers have run.
    PAUSE = 0.01
    # Between two looks whether all is committed, once they have.
    SHORT_PAUSE = 0.001

    # @return [Sqlite, Postgres]
    attr_reader :database

    # @return [Hash]
    attr_reader :settings

    # @return [TaskerCore::Coordinator]
    attr_reader :coordinator

    # @return [Workers, nil]
    attr_reader :workers

    # @param processes [Integer] for workers; with none, this process runs what it submits
    # @param templates [Hash{String => Array}] beside those that are always there
    # @param settings [Hash] what is not by default
    # @yieldparam site [Site]
    def self.open(database, processes: 0, templates: {}, settings: {}, concurrency: 10)
      settings = database.fresh.merge(settings)
      coordinator = TaskerCore.create_coordinator_with_config(settings)
      Workloads.register(coordinator, templates)
      return yield(new(database, settings, coordinator, nil)) if processes.zero?

      Workers.open(settings, processes, concurrency:) do |workers|
        yield new(database, settings, coordinator, workers)
      end
    ensure
      coordinator&.close
    end

    def initialize(database, settings, coordinator, workers)
      @database = database
      @settings = settings
      @coordinator = coordinator
      @workers = workers
      @meter = Meter.new(database, coordinator, workers)
      @own_steps = 0
      coordinator.register_handler("noop") do |_step|
        @own_steps += 1
        nil
      end
    end

    # @return [String] of the database
    def title = @database.title

    # @return [Hash] what figures of it are found by
    def keys = { system: "tasker_core", store: @database.store, durable: true }

    # Runs as many tasks that were submitted before.
    # @return [Meter::Measured]
    def drain(name, count, payload = {})
      submit(name, count, payload)
      flow(name, count) { nil }
    end

    # Measures, from the start of the workers, what the block submits, to the end of as many tasks. Nothing else is
    # waiting.
    # @param tasks [Integer] how many are to end
    # @return [Meter::Measured]
    def flow(name, tasks, worker = @workers)
      total = steps_run + (tasks * Workloads.size(name))
      measured = measure(name, tasks) do
        worker.start
        yield
        wait_until_run(total)
        wait_until_committed
      end
      worker.stop
      measured
    end

    # Measures about as many steps of those that wait; others still wait then. The workers stop before the clock does,
    # so that what they did is counted wholly, and nothing that they would go on to do.
    # @return [Meter::Measured]
    def run_some(steps)
      before = steps_run
      measured = @meter.measure(nil) do
        @workers.running { wait_until_run(before + steps) }
        steps_run - before
      end
      check
      measured
    end

    # Measures that so much is done as often as that; costs are of each time.
    # @return [Meter::Measured]
    def measure_each(times, &) = @meter.measure(times, times, &)

    # @return [Integer] how many handlers have run here so far, in whichever process
    def steps_run = @workers ? @workers.steps : @own_steps

    # What is prepared at the first use is prepared.
    # @return [self]
    def warm(name = "w1", count = 50)
      @workers ? drain(name, count) : count.times { Workloads.run_one(@coordinator, name) }
      self
    end

    def submit(name, count, payload = {})
      Workloads.submit(@coordinator, name, count, payload)
    end

    # @return [Meter::Measured]
    def measure(name, count, &)
      @meter.measure(count, count * Workloads.size(name), &).tap { check }
    end

    private

    def wait_until_run(total)
      wait_until(PAUSE) { steps_run >= total }
    end

    # Asked for only when all handlers have run: it counts the active tasks, which takes a while where there are many.
    def wait_until_committed
      wait_until(SHORT_PAUSE) { @coordinator.get_performance_metrics["active_tasks"].zero? }
    end

    def wait_until(pause)
      deadline = Benches.clock + PATIENCE
      until yield
        @workers&.check
        raise Failure, "#{title}: tasks haven't ended within #{PATIENCE} s" if Benches.clock > deadline

        sleep pause
      end
    end

    # A task that failed is done sooner than one that ran.
    def check
      failed = @coordinator.list_tasks(status: "error", limit: 1).first
      raise Failure, "#{title}: task #{failed["task_id"]} failed, so nothing was measured" if failed
    end
  end
end
