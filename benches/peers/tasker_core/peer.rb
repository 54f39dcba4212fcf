# frozen_string_literal: true

# The gem itself, by its public interface: client, engine and a worker of ten threads in one process.
#
#   ruby benches/peers/tasker_core/peer.rb URL

$LOAD_PATH.unshift File.expand_path("../../../lib", __dir__)
require "logger"
require "tasker_core"
require_relative "../support/bench"

module Peers
  # tasker_core as Bench wants it.
  class TaskerCoreEngine
    # The gem's own default.
    CONCURRENCY = 10
    # How many tasks one call submits.
    BATCH = 500
    # How many tasks one call lists.
    PAGE = 1000

    def initialize(url)
      TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
      @coordinator = TaskerCore.create_coordinator_with_config("database_url" => url)
      @coordinator.register_handler("noop") { |_step| nil }
      WORKLOADS.each { |name, steps| @coordinator.register_template(template(name, steps)) }
    end

    def submit(workload, count)
      Array.new(count) { request(workload) }.each_slice(BATCH) { |slice| @coordinator.initialize_tasks(slice) }
    end

    def submit_one = @coordinator.initialize_task(request("w1"))

    def running
      worker = TaskerCore::Worker.new(@coordinator, concurrency: CONCURRENCY).start
      yield
    ensure
      worker&.stop(timeout: 10)
    end

    # orchestrate_task runs the steps in the thread that calls it: no worker is wanted.
    def idly = yield

    def one = @coordinator.orchestrate_task(submit_one)

    # A look takes time from what is measured: not many.
    def wait(total)
      sleep 0.005 until metrics["tasks_completed"] >= total
    end

    def completed = count("complete")

    def submitted = count(nil)

    private

    # From the tables, not from what this process believes that it has done.
    def count(status, before = nil)
      page = @coordinator.list_tasks(status:, limit: PAGE, before:)
      page.size < PAGE ? page.size : page.size + count(status, page.last["task_id"])
    end

    def metrics = @coordinator.get_performance_metrics

    def request(workload) = { "namespace" => "peers", "task_name" => workload, "payload" => {} }

    def template(name, steps)
      steps = steps.each_with_index.map do |parents, number|
        { "name" => "s#{number}", "handler" => { "callable" => "noop" },
          "dependencies" => parents.map { |parent| "s#{parent}" } }
      end
      { "name" => name, "namespace_name" => "peers", "version" => "1.0.0", "steps" => steps }
    end
  end
end

Peers::Service.run("tasker_core #{TaskerCore::VERSION}", Peers::Bench.new(Peers::TaskerCoreEngine.new(ARGV.fetch(0))))
