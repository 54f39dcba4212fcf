# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Workflows a second where each is submitted and run by the same thread, as a job of Sidekiq would have it.
  class Jobs < Part
    TITLE = "initialize_task and orchestrate_task in a loop"
    COUNTS = { 1 => 300, 8 => 1200 }.freeze

    def run
      stand.with_both do |sites|
        sites.each(&:warm)
        COUNTS.each do |threads, count|
          count = stand.size(count, least: threads)
          results = stand.turn_about(sites) { |site| in_threads(site, threads, count) }
          tell("#{Workloads::NAMES["w1"]}, initialize_task and orchestrate_task by #{threads_of(threads)}", results)
        end
      end
    end

    private

    def in_threads(site, threads, count)
      site.measure("w1", count) do
        Workloads.in_threads(threads, count) { Workloads.run_one(site.coordinator) }
      end
    end

    def threads_of(count) = count == 1 ? "1 thread" : "#{count} threads"
  end
end
