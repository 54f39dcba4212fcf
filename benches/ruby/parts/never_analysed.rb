# frozen_string_literal: true

require_relative "../support/finished_tasks"
require_relative "../support/part"

module Benches
  # PostgreSQL on tables that nobody ever analysed: a server without autovacuum, whose connections made their plans
  # while the tables were empty and keep them as they grow; beside a usual one whose tables are analysed before each
  # repetition.
  class NeverAnalysed < Part
    TITLE = "PostgreSQL, tables never analysed"
    COUNT = 3000
    TASKS = 200_000

    def run
      neglected = Postgres.new("autovacuum=off", title: "PostgreSQL never analysed")
      stand.with_sites([stand.postgres, neglected].map { |database| [database, { processes: 1 }] }) do |usual, other|
        [usual, other].each { |site| site.warm("w1", 5) }
        compare("", usual, other)
        [usual, other].each { |site| FinishedTasks.new(site).add(stand.size(TASKS)) }
        compare(" and 1,000,000 steps finished", usual, other)
      end
    ensure
      neglected&.close
    end

    private

    def compare(condition, usual, other)
      called = { usual => "analysed#{condition}, PostgreSQL", other => "never analysed#{condition}, PostgreSQL" }
      results = stand.turn_about(called.keys) do |site|
        site.database.settle(site.settings) if site == usual
        site.drain("w1", stand.size(COUNT))
      end
      tell(Workloads::NAMES["w1"], results) { |site| called[site] }
      tell_ratio("#{Workloads::NAMES["w1"]}, PostgreSQL#{condition}: never analysed against analysed",
                 results[other], results[usual])
    end
  end
end
