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
      results = stand.turn_about(sizes) { |size| run_tasks(site, name(shape, size), size) }
      results.each do |size, measured|
        title = "#{name(shape, size)} steps, #{site.title}"
        report.add(title, "µs/step", measured.map { |each| 1e6 / each.rate })
        report.add_costs(title, costs(measured))
      end
      tell_growth("#{shape}, #{site.title}", results[sizes.first], results[sizes.last])
    end

    # Of tasks that are run one after the other.
    def run_tasks(site, template, size)
      count = [stand.size(STEPS) / size, 1].max
      ids = site.submit(template, count)
      site.measure_each(count * size) { ids.each { |id| site.coordinator.orchestrate_task(id) } }
    end

    # The time of the processors is what a slow spell of the machine doesn't change.
    def tell_growth(title, small, large)
      report.add_ratio("#{title}: 10,000 steps against 10", small.map(&:rate), large.map(&:rate))
      times = [large, small].map { |some| some.map { |each| cpu(each) } }
      report.add_ratio("#{title}: 10,000 steps against 10, CPU", *times)
    end

    # Of Ruby, the engine and the server.
    def cpu(measured)
      Meter::OWN.sum { |who| measured.costs.fetch(who, [nil, 0]).last }
    end

    def name(shape, size) = "#{shape} of #{size}"
  end
end
