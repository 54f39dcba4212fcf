# frozen_string_literal: true

require_relative "postgres_stand"

module Benches
  # How many tasks of five steps a second one process submits: one a call from eight threads, and many a call.
  class PostgresSubmits
    THREADS = 8

    def initialize(stand)
      @stand = stand
    end

    def run
      @stand.with_both do |databases|
        databases.each_value { |coordinator, _| Benches.submitted_by_threads(coordinator, THREADS, 80) }
        measure("initialize_task from #{THREADS} threads", databases) do |coordinator|
          Benches.submitted_by_threads(coordinator, THREADS, @stand.size(2000, least: 80))
        end
        measure("initialize_tasks, 500 a call", databases) do |coordinator|
          count = @stand.size(5000, least: 500)
          count / Benches.seconds { Benches.submit(coordinator, "w1", count) }
        end
      end
    end

    private

    def measure(title, databases)
      rates = @stand.turn_about(databases.keys) { |kind| yield databases.fetch(kind).first }
      rates.each { |kind, each| @stand.add("#{title}, #{kind}", "tasks/s", each) }
      @stand.add_ratio("#{title}: PostgreSQL against SQLite", *rates.values)
    end
  end
end
