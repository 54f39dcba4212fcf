# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Tasks of five steps that a process submits a second, while no worker runs.
  class Submits < Part
    TITLE = "Submitting"
    PER = "task"
    THREADS = 8

    def run
      stand.with_both do |sites|
        sites.each { |site| Workloads.submit_by_threads(site.coordinator, THREADS, "w1", 200) }
        measure("initialize_task, one a call, #{THREADS} threads", sites, 6000, workload: "submits") do |site, count|
          Workloads.submit_by_threads(site.coordinator, THREADS, "w1", count)
        end
        measure("initialize_task, one a call, 1 thread", sites, 1000) do |site, count|
          Workloads.submit_by_threads(site.coordinator, 1, "w1", count)
        end
        measure("initialize_tasks, #{Workloads::BATCH} a call", sites, 10_000) do |site, count|
          site.submit("w1", count)
        end
      end
    end

    private

    def measure(title, sites, count, **keys)
      count = stand.size(count)
      results = stand.turn_about(sites) { |site| site.measure_each(count) { yield site, count } }
      results.each do |site, measured|
        report.add("#{title}, #{site.title}", "tasks/s", measured.map(&:rate), **site.keys, **keys)
        report.add_costs("#{title}, #{site.title}", costs(measured))
      end
      tell_ratio("#{title}: PostgreSQL against SQLite", *results.values.reverse)
    end
  end
end
