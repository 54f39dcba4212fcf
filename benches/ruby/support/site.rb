# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../../../lib", __dir__)
require "logger"
require "tasker_core"
require_relative "meter"
require_relative "workers"
require_relative "workloads"

module Benches
  # A database without tasks, a coordinator on it in this process, and workers in others.
  class Site
    # How long anything may take.
    PATIENCE = 300
    # Between two looks whether all is done: a look takes time from what is measured.
    PAUSE = 0.02

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
      TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
      coordinator = TaskerCore.create_coordinator_with_config(settings)
      coordinator.register_handler("noop") { |_step| nil }
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
    end

    # @return [String] of the database
    def title = @database.title

    # @return [Hash] what figures of it are found by
    def keys = { system: "tasker_core", store: @database.store, durable: true }

    # Runs as many tasks that were submitted before.
    # @return [Meter::Measured]
    def drain(name, count, payload = {})
      submit(name, count, payload)
      measured = measure(name, count) do
        @workers.start
        wait_until_idle
      end
      @workers.stop
      measured
    end

    # Measures, while the workers run, from the first submission of the block to the end of all tasks.
    # @return [Meter::Measured]
    def flow(name, count)
      @workers.running do
        measure(name, count) do
          yield
          wait_until_idle
        end
      end
    end

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

    # Waits until no task is active, whichever process runs it.
    def wait_until_idle
      deadline = Benches.clock + PATIENCE
      until @coordinator.get_performance_metrics["active_tasks"].zero?
        @workers&.check
        raise Failure, "#{title}: tasks haven't ended within #{PATIENCE} s" if Benches.clock > deadline

        sleep PAUSE
      end
    end

    private

    # A task that failed is done sooner than one that ran.
    def check
      failed = @coordinator.list_tasks(status: "error", limit: 1).first
      raise Failure, "#{title}: task #{failed["task_id"]} failed, so nothing was measured" if failed
    end
  end
end
