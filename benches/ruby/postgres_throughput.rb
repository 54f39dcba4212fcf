# frozen_string_literal: true

require_relative "postgres_stand"

module Benches
  # How many steps a second workers in several processes run, of tasks that were submitted before. Handlers do nothing.
  class PostgresThroughput
    CONFIGURATIONS = [[PostgresStand::POSTGRES, 1], [PostgresStand::POSTGRES, 2], [PostgresStand::POSTGRES, 4],
                      [PostgresStand::SQLITE, 1], [PostgresStand::SQLITE, 2]].freeze
    REPETITIONS = 5
    COUNTS = { "w1" => 2000, "w3" => 100 }.freeze

    def initialize(stand)
      @stand = stand
    end

    def run
      @stand.with_both do |databases|
        databases.each_value { |database| rate(database, 1, "w1", 100) }
        COUNTS.each do |name, count|
          rates = @stand.turn_about(CONFIGURATIONS, repetitions: REPETITIONS) do |kind, processes|
            rate(databases.fetch(kind), processes, name, @stand.size(count))
          end
          tell(NAMES.fetch(name), rates)
        end
      end
    end

    private

    # Steps a second.
    def rate((coordinator, settings), processes, name, count)
      @stand.workers.with(settings, processes) do |opened|
        Benches.submit(coordinator, name, count)
        seconds = Benches.seconds do
          opened.start
          Benches.until_idle(coordinator)
        end
        count * WORKFLOWS.fetch(name).size / seconds
      end
    end

    def tell(title, rates)
      rates.each do |(kind, processes), each|
        @stand.add("#{title}, #{Benches.processes(processes)}, #{kind}", "steps/s", each)
      end
      postgres, sqlite = [PostgresStand::POSTGRES, PostgresStand::SQLITE].map { |kind| of(kind, rates) }
      sqlite.each do |processes, each|
        @stand.add_ratio("#{title}, #{Benches.processes(processes)}: PostgreSQL against SQLite",
                         postgres.fetch(processes), each)
      end
      postgres.except(1).each do |processes, each|
        @stand.add_ratio("#{title}, PostgreSQL: #{processes} processes against 1", each, postgres.fetch(1))
      end
    end

    # The rates by the number of processes.
    def of(kind, rates)
      rates.select { |(its_kind, _), _| its_kind == kind }.transform_keys(&:last)
    end
  end
end
