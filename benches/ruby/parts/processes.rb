# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Workers in one, two and four processes: of steps that do nothing, and of steps that take their time.
  class Processes < Part
    TITLE = "Workers in several processes"
    PROCESSES = [1, 2, 4].freeze
    COUNT = 5000

    def run
      [stand.sqlite, stand.postgres].each do |database|
        stand.with_sites(PROCESSES.map { |count| [database, { processes: count }] }) do |sites|
          sites.each(&:warm)
          throughput(sites)
          spread(sites) if database == stand.postgres
        end
      end
    end

    private

    def throughput(sites)
      title = Workloads::NAMES["w1"]
      results = stand.turn_about(sites) { |site| site.drain("w1", stand.size(COUNT)) }
      tell(title, results) { |site| "#{called(site)}, #{site.title}" }
      results.drop(1).each do |site, measured|
        tell_ratio("#{title}, #{site.title}: #{called(site)} against 1", measured, results[sites.first])
      end
    end

    # One task, from its submission to its end.
    def spread(sites)
      title = "1→200→1 of 50 ms, 10 threads a process"
      times = stand.turn_about(sites) { |site| site.flow("spread", 1) { site.submit("spread", 1) }.seconds }
      times.each { |site, each| report.add("#{title}, #{called(site)}, #{site.title}", "s", each) }
      times.drop(1).each do |site, each|
        report.add_ratio("#{title}, #{site.title}: how much faster with #{called(site)}", times[sites.first], each)
      end
    end

    def called(site)
      count = site.workers.processes.size
      count == 1 ? "1 process" : "#{count} processes"
    end
  end
end
