# frozen_string_literal: true

require_relative "../support/finished_tasks"
require_relative "../support/part"

module Benches
  # Whether anything costs more with 1,000,000 finished steps in the tables than with none; and on PostgreSQL, whether
  # it matters that nobody ever analysed the tables, on a server without autovacuum, whose connections made their plans
  # while the tables were empty. The finished steps are rows of one finished task, copied (see {FinishedTasks}). Unless
  # it says never analysed, autovacuum's work is done after that, as it would have been in time.
  class History < Part
    TITLE = "1,000,000 finished steps in the tables, and tables never analysed"
    TASKS = 200_000
    COUNT = 3000
    CONTEXTS = 600
    NONE = "none finished"
    FULL = "1,000,000 steps finished"
    NEGLECTED = "never analysed"
    NEGLECTED_FULL = "never analysed and 1,000,000 steps finished"

    def run
      of([stand.sqlite] * 2, [NONE, FULL])
      neglected = Postgres.new("autovacuum=off")
      of([stand.postgres, stand.postgres, neglected, neglected], [NONE, FULL, NEGLECTED, NEGLECTED_FULL])
    ensure
      neglected&.close
    end

    private

    def of(databases, conditions)
      stand.with_sites(databases.map { |database| [database, { processes: 1 }] }) do |sites|
        sites.each { |site| site.warm("w1", 5) }
        called = sites.zip(conditions).to_h
        called.each { |site, condition| prepare(site, condition) }
        workflows(called)
        contexts(called)
      end
    end

    def prepare(site, condition)
      fill(site) if [FULL, NEGLECTED_FULL].include?(condition)
      site.database.settle(site.settings) if condition == FULL
    end

    def fill(site)
      tasks = stand.size(TASKS, scale: 10)
      took = Benches.seconds { FinishedTasks.new(site).add(tasks) }
      puts format("(%<steps>d finished steps put in, %<title>s: %<took>.1f s)",
                  steps: tasks * Workloads.size("w1"), title: site.title, took:)
    end

    def workflows(called)
      count = stand.size(COUNT)
      results = stand.turn_about(called.keys) { |site| site.drain("w1", count) }
      tell(Workloads::NAMES["w1"], results) { |site| "#{called[site]}, #{site.title}" }
      none, *others = called.keys
      others.each do |site|
        tell_ratio("#{Workloads::NAMES["w1"]}, #{site.title}: #{called[site]} against none", results[site],
                   results[none])
      end
    end

    def contexts(called)
      tasks = called.keys.to_h { |site| [site, Workloads.run_one(site.coordinator).task_id] }
      times = samples(called.keys, CONTEXTS) do |site|
        microseconds { site.coordinator.get_task_context(tasks[site]) }
      end
      times.each do |site, each|
        report.add("get_task_context of 5 steps, #{called[site]}, #{site.title}", "µs", each)
      end
    end
  end
end
