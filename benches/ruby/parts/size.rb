# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # What a step costs in a task of 10 steps and in one of 10,000, run alone. The goal is a ratio of 1.5 at most: nothing
  # may be proportional to the size of the task.
  class Size < Part
    TITLE = "The size of a task"
    SIZES = [10, 1000, 10_000].freeze
    SHORT_SIZES = [10, 100].freeze
    STEPS = 2000
    SHAPES = { "a line" => ->(count) { Workloads.chain(count) },
               "one to many to one" => ->(count) { Workloads.fan(count - 2) } }.freeze

    def run
      of(stand.sqlite, SHAPES.keys)
      # A line takes a commit a step, whatever the size, and there the server takes a while for ten thousand.
      of(stand.postgres, SHAPES.keys.last(1))
    end

    private

    def of(database, shapes)
      sizes = stand.short? ? SHORT_SIZES : SIZES
      templates = shapes.product(sizes).to_h { |shape, size| [name(shape, size), SHAPES.fetch(shape).call(size)] }
      Site.open(database, templates:) do |site|
        site.warm
        shapes.each { |shape| measure(site, shape, sizes) }
      end
    end

    def measure(site, shape, sizes)
      times = stand.turn_about(sizes) { |size| microseconds_a_step(site, name(shape, size), size) }
      times.each { |size, each| report.add("#{name(shape, size)} steps, #{site.title}", "µs/step", each) }
      report.add_ratio("#{shape}, #{site.title}: 10,000 steps against 10", times[sizes.last], times[sizes.first])
    end

    # Of tasks that are run one after the other.
    def microseconds_a_step(site, template, size)
      count = [stand.size(STEPS) / size, 1].max
      ids = site.submit(template, count)
      microseconds { ids.each { |id| site.coordinator.orchestrate_task(id) } } / (count * size)
    end

    def name(shape, size) = "#{shape} of #{size}"
  end
end
