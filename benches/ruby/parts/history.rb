# frozen_string_literal: true

require_relative "../support/finished_tasks"
require_relative "../support/part"

module Benches
  # Whether anything costs more with 1,000,000 finished steps in the tables than with none. These are rows of one
  # finished task, copied, with ids of their own; then autovacuum's work is done, as it would have been in time.
  class History < Part
    TITLE = "1,000,000 finished steps in the tables"
    TASKS = 200_000
    COUNT = 3000
    CONTEXTS = 600

    def run
      [stand.sqlite, stand.postgres].each do |database|
        stand.with_sites([[database, { processes: 1 }]] * 2) do |empty, full|
          fill(full)
          database.settle(full.settings)
          [empty, full].each(&:warm)
          compare(empty, full)
        end
      end
    end

    private

    def fill(site)
      tasks = stand.size(TASKS)
      took = Benches.seconds { FinishedTasks.new(site).add(tasks) }
      puts format("(%<steps>d finished steps put in, %<title>s: %<took>.1f s)",
                  steps: tasks * Workloads.size("w1"), title: site.title, took:)
    end

    def compare(empty, full)
      called = { empty => "none finished, #{empty.title}", full => "1,000,000 steps finished, #{full.title}" }
      count = stand.size(COUNT)
      results = stand.turn_about([empty, full], repetitions: 5) { |site| site.drain("w1", count) }
      tell(Workloads::NAMES["w1"], results) { |site| called[site] }
      tell_ratio("#{Workloads::NAMES["w1"]}, #{full.title}: 1,000,000 steps finished against none",
                 results[full], results[empty])
      contexts(called)
    end

    def contexts(called)
      tasks = called.keys.to_h { |site| [site, Workloads.run_one(site.coordinator).task_id] }
      times = samples(called.keys, CONTEXTS) do |site|
        microseconds { site.coordinator.get_task_context(tasks[site]) }
      end
      times.each { |site, each| report.add("get_task_context of 5 steps, #{called[site]}", "µs", each) }
    end
  end
end
