# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Workflows a second, of one worker process, handlers doing nothing: of tasks that were submitted before; of tasks
  # that are submitted meanwhile, in bulk or one a call.
  class Steady < Part
    TITLE = "Workflows of one worker process"
    COUNTS = { "w1" => 8000, "w2" => 5000, "w3" => 200 }.freeze
    THREADS = 8

    def run
      stand.with_both(processes: 1) do |sites|
        sites.each(&:warm)
        COUNTS.each { |name, count| of(name, stand.size(count), sites) }
      end
      in_one_process
    end

    private

    def of(name, count, sites)
      manners(name, count).each do |manner, run|
        title = "#{Workloads::NAMES[name]}, #{manner}"
        results = stand.turn_about(sites, &run)
        tell(title, results, workload: name, manner:)
        tell_ratio("#{title}: PostgreSQL against SQLite", *results.values.reverse)
      end
    end

    def manners(name, count)
      { "submitted before" => ->(site) { site.drain(name, count) },
        "submitted in bulk meanwhile" => ->(site) { site.flow(name, count) { site.submit(name, count) } },
        "submitted one a call by #{THREADS} threads meanwhile" => ->(site) { flow_of_calls(site, name, count) } }
    end

    def flow_of_calls(site, name, count)
      site.flow(name, count) { Workloads.submit_by_threads(site.coordinator, THREADS, name, count) }
    end

    # As an application has it that needs no second process.
    def in_one_process
      count = stand.size(COUNTS["w1"])
      stand.with_both do |sites|
        sites.each(&:warm)
        results = stand.turn_about(sites) { |site| with_worker(site, count) }
        tell("#{Workloads::NAMES["w1"]}, submitted before, worker in the submitter's process", results)
      end
    end

    def with_worker(site, count)
      site.submit("w1", count)
      site.flow("w1", count, TaskerCore::Worker.new(site.coordinator, concurrency: 10)) { nil }
    end
  end
end
