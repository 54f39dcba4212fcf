# frozen_string_literal: true

require_relative "postgres_stand"

module Benches
  # How long one waits where nothing else is going on: for a task of five steps in one process, and for the first step
  # of a task in the worker of another process.
  class PostgresLatency
    # How that process gets to know: by LISTEN, or by looking every 200 ms, as behind a pooler. How many seconds pass
    # between two submissions, so that the worker is idle again, and that they meet every phase of its looking.
    ACROSS = {
      "LISTEN" => [{}, 0.02..0.06],
      "polling only" => [{ "database_pooler" => "transaction" }, 0.02..0.22]
    }.freeze
    SAMPLES = 120

    def initialize(stand)
      @stand = stand
    end

    def run
      @stand.with_both do |databases|
        databases.each { |kind, (coordinator, _)| one_process(kind, coordinator) }
      end
      ACROSS.each { |name, (settings, pause)| across(name, @stand.database.merge(settings), pause) }
    end

    private

    def one_process(kind, coordinator)
      20.times { Benches.submit_to_complete(coordinator) }
      @stand.add("idle #{NAMES["w1"]}, submit to complete, one process, #{kind}", "ms",
                 Array.new(@stand.size(300)) { Benches.submit_to_complete(coordinator) })
    end

    def across(name, settings, pause)
      Benches.open_coordinator(settings, "stamp" => [Benches.step("stamp", handler: "stamp")]) do |coordinator|
        @stand.workers.with(settings, 1) do |opened|
          opened.start
          worker = opened.processes.first
          5.times { milliseconds(coordinator, worker, pause) }
          @stand.add("initialize_task to its first step in an idle worker of another process, #{name}", "ms",
                     Array.new(@stand.size(SAMPLES)) { milliseconds(coordinator, worker, pause) })
        end
      end
    end

    # Both processes read the same clock: CLOCK_MONOTONIC is one for the machine.
    def milliseconds(coordinator, worker, pause)
      sleep rand(pause)
      began = Benches.clock
      coordinator.initialize_task(Benches.request("stamp"))
      (worker.line.to_f - began) * 1000
    end
  end
end
