# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # How long one waits where nothing else is going on: for a task of five steps in one process, and for the first step
  # of a task in the worker of another process.
  class Latency < Part
    TITLE = "Waiting where nothing else is going on"
    SAMPLES = 300
    ACROSS = 120
    POLLING = { "database_pooler" => "transaction" }.freeze

    def run
      stand.with_both do |sites|
        sites.each(&:warm)
        times = samples(sites, SAMPLES) { |site| milliseconds { Workloads.run_one(site.coordinator) } }
        times.each do |site, each|
          report.add("idle #{Workloads::NAMES["w1"]}, submit to complete, #{site.title}", "ms", each,
                     **site.keys, workload: "idle")
        end
      end
      across
    end

    private

    # How that process gets to know: by LISTEN; or by looking every so often, as behind a pooler and with SQLite.
    def across
      { [stand.postgres, {}] => "PostgreSQL", [stand.postgres, POLLING] => "PostgreSQL, polling only",
        [stand.sqlite, {}] => "SQLite file, FULL" }.each do |(database, settings), name|
        Site.open(database, processes: 1, settings:) do |site|
          report.add("submit to the first step in an idle worker of another process, #{name}", "ms", first_steps(site))
        end
      end
    end

    # Both processes read the same clock.
    def first_steps(site)
      worker = site.workers.processes.first
      site.workers.start
      times = Array.new(stand.size(ACROSS) + 5) do
        # So that the worker is idle again, and that every phase of its looking is met.
        sleep rand(0.02..0.22)
        began = Benches.clock
        site.coordinator.initialize_task(Workloads.request("stamp"))
        (worker.line.to_f - began) * 1e3
      end
      site.workers.stop
      times.drop(5)
    end
  end
end
