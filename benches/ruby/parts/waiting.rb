# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Steps a second while 100,000 tasks wait, beside those where few do; and how fast so many are submitted. Of the many
  # there is one round only: what is repeated is the window of time.
  class Waiting < Part
    TITLE = "100,000 tasks waiting"
    COUNT = 100_000
    FEW = 4000
    # Seconds between two looks at the count.
    WINDOW = 0.5
    SHORT_WINDOW = 0.2
    # How many windows the beginning and the end have.
    WINDOWS = 8

    def run
      [stand.sqlite, stand.postgres].each do |database|
        Site.open(database, processes: 1) { |site| of(site.warm) }
      end
    end

    private

    def of(site)
      few = stand.turn_about([site]) { site.drain("w1", stand.size(FEW)).steps_rate }.fetch(site)
      count = stand.size(COUNT)
      rates = submitted(site, count)
      tell_both("initialize_tasks, while up to 100,000 wait, #{site.title}", "tasks/s", rates)
      tell_drained("#{Workloads::NAMES["w1"]}, 100,000 waiting, #{site.title}", few, *drained(site, count))
    end

    def tell_drained(title, few, measured, windows)
      tell_both(title, "steps/s", windows)
      report.add("#{title}: all of them", "steps/s", [measured.steps_rate])
      report.add_ratio("#{title}: against #{FEW} waiting", [measured.steps_rate] * few.size, few)
      report.add_costs(title, costs([measured]))
    end

    # Tasks a second, of each tenth of them.
    def submitted(site, count)
      tenth = count / 10
      Array.new(10) { tenth / Benches.seconds { site.submit("w1", tenth) } }
    end

    def drained(site, count)
      windows = nil
      measured = site.measure("w1", count) do
        site.workers.start
        windows = watch(site, count * Workloads.size("w1"))
        site.wait_until_idle
      end
      site.workers.stop
      [measured, windows]
    end

    # Steps a second in each window of time, until all have run.
    def watch(site, total)
      looks = [look(site)]
      last = looks[0][1] + total
      while looks.last[1] < last
        site.workers.check
        sleep(stand.short? ? SHORT_WINDOW : WINDOW)
        looks << look(site)
      end
      looks.each_cons(2).map { |(began, before), (ended, after)| (after - before) / (ended - began) }
    end

    def look(site) = [Benches.clock, site.workers.steps]

    # The very last window isn't a whole one.
    def tell_both(title, unit, rates)
      count = [WINDOWS, (rates.size - 1) / 2].min.clamp(1, WINDOWS)
      first = rates.first(count)
      last = rates[0..-2].last(count)
      report.add("#{title}: in the beginning", unit, first)
      report.add("#{title}: in the end", unit, last)
      report.add_ratio("#{title}: the beginning against the end", [first.sum], [last.sum])
    end
  end
end
