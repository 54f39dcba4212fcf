# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Steps a second while 100,000 tasks wait, beside those where few do; and how fast tasks are submitted when so many
  # are there. What a repetition has run is submitted again before the next one.
  class Waiting < Part
    TITLE = "100,000 tasks waiting"
    COUNT = 100_000
    FEW = 4000
    # How many are submitted in one go, at the beginning and at the end.
    PART = 10_000

    def run
      [stand.sqlite, stand.postgres].each do |database|
        Site.open(database, processes: 1) { |site| of(site.warm) }
      end
    end

    private

    def of(site)
      few = stand.turn_about([site]) { site.drain("w1", stand.size(FEW)) }.fetch(site)
      waiting = submit_all(site, stand.size(COUNT))
      many = stand.turn_about([site]) { run_some(site, waiting) }.fetch(site)
      tell_waiting(site, FEW => few, COUNT => many)
    end

    def tell_waiting(site, results)
      rates = results.map do |waiting, measured|
        title = "#{Workloads::NAMES["w1"]}, #{called(waiting)} waiting, #{site.title}"
        report.add(title, "steps/s", measured.map(&:steps_rate), **site.keys)
        report.add_costs(title, costs(measured))
        measured.map(&:steps_rate)
      end
      report.add_ratio("#{Workloads::NAMES["w1"]}, #{site.title}: 100,000 waiting against 4,000", *rates.reverse)
    end

    def called(count) = count.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")

    # @return [Integer] how many wait then
    def submit_all(site, count)
      part = stand.size(PART)
      rates = Array.new(count / part) { part / Benches.seconds { site.submit("w1", part) } }
      title = "initialize_tasks, #{Workloads::BATCH} a call, #{site.title}"
      first, last = rates.each_slice((rates.size / 2.0).ceil).to_a.values_at(0, -1)
      report.add("#{title}: until 50,000 wait", "tasks/s", first)
      report.add("#{title}: until 100,000 wait", "tasks/s", last)
      count
    end

    # As many steps as the few tasks have. They are of the tasks that came first, but a task is ended before others
    # begin, so about as many tasks are gone as these steps make.
    def run_some(site, waiting)
      measured = site.run_some(stand.size(FEW) * Workloads.size("w1"))
      gone = waiting - site.coordinator.get_performance_metrics.fetch("active_tasks")
      site.submit("w1", gone)
      measured
    end
  end
end
