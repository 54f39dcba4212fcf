# frozen_string_literal: true

require_relative "postgres_stand"

module Benches
  # How long one task of 1→1000→1 steps takes whose handlers wait for 50 ms each, from its submission to its end, with
  # idle workers in one process and in several.
  class PostgresSpread
    PROCESSES = [1, 2, 4].freeze
    TITLE = "1→1000→1 of 50 ms, 10 threads a process"

    def initialize(stand)
      @stand = stand
    end

    def run
      settings = @stand.database
      Benches.open_coordinator(settings, "spread" => Benches.fan(@stand.size(1000), handler: "wait")) do |coordinator|
        times = @stand.turn_about(PROCESSES) { |processes| seconds(coordinator, settings, processes) }
        times.each { |processes, each| @stand.add("#{TITLE}, #{Benches.processes(processes)}", "s", each) }
        times.except(1).each do |processes, each|
          @stand.add_ratio("#{TITLE}: how much faster with #{processes} processes", times.fetch(1), each)
        end
      end
    end

    private

    def seconds(coordinator, settings, processes)
      @stand.workers.with(settings, processes) do |opened|
        opened.start
        Benches.seconds do
          Benches.submit(coordinator, "spread", 1)
          Benches.until_idle(coordinator)
        end
      end
    end
  end
end
