# frozen_string_literal: true

require "tasker_core"
require "tmpdir"
require_relative "schedule"
require_relative "trace"

module WfInstances
  # Runs a trace as a task and measures it.
  class Run
    # Beyond the time that a step is to wait, before its attempt is void.
    GRACE_SECONDS = 60
    LONGEST_TIMEOUT_MS = 365 * 24 * 60 * 60 * 1000
    FINAL = %w[complete error cancelled resolved_manually].freeze

    # @param trace [Trace]
    # @param scale [Float]
    # @param parallel [Integer, nil]
    # @param database [String, nil]
    def initialize(trace, scale:, parallel: nil, database: nil)
      @trace = trace
      @scale = scale
      @parallel = parallel
      @database = database
    end

    # @yieldparam coordinator [TaskerCore::Coordinator] with the finished task, before it is closed
    # @yieldparam task_id [Integer]
    # @return [Hash{String=>Object}] what was measured
    def call
      in_folder do |folder|
        coordinator = coordinator_in(folder)
        coordinator.register_handler("wfinstances.wait") { |step| wait(step.config["seconds"] * @scale) }
        template = coordinator.register_template(@trace.template)
        task_id = submit(coordinator, template)
        took, outcome = measured { coordinator.orchestrate_task(task_id, wait_for_retries: true) }
        yield coordinator, task_id if block_given?
        figures(coordinator, outcome, took)
      ensure
        coordinator&.close
      end
    end

    private

    def in_folder(&)
      @database ? yield(nil) : Dir.mktmpdir("wfinstances", &)
    end

    def coordinator_in(folder)
      longest = ((@trace.seconds.values.max * @scale) + GRACE_SECONDS) * 1000
      settings = { "database_url" => @database || "sqlite://#{folder}/tasks.sqlite3",
                   "step_timeout_ms" => [longest.ceil, LONGEST_TIMEOUT_MS].min }
      settings["max_parallel_steps"] = @parallel if @parallel
      TaskerCore.create_coordinator_with_config(settings)
    end

    def submit(coordinator, template)
      coordinator.initialize_task(namespace: template.namespace, name: template.name, version: template.version,
                                  initiator: "wfinstances").task_id
    end

    def wait(seconds)
      sleep(seconds) if seconds.positive?
      nil
    end

    def measured
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      outcome = yield
      [Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, outcome]
    end

    def figures(coordinator, outcome, took)
      schedule = Schedule.new(@trace)
      parallel = coordinator.config.max_parallel_steps
      critical, serial = [schedule.critical_path, schedule.serial].map { |seconds| (seconds * @scale).round(6) }
      { "trace" => @trace.title, "tasks" => @trace.ids.size, "edges" => @trace.edges, "levels" => schedule.levels,
        "status" => outcome.status, "scale" => @scale, "parallel" => parallel,
        "makespan_seconds" => took.round(6), "critical_path_seconds" => critical, "serial_seconds" => serial,
        # No schedule of so many steps at once is quicker than that.
        "floor_seconds" => [critical, serial / parallel].max.round(6),
        "steps_per_second" => (@trace.ids.size / took).round,
        "recorded_makespan_seconds" => @trace.recorded_makespan, "task_id" => outcome.task_id,
        "database" => @database }
    end
  end
end
