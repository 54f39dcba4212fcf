# frozen_string_literal: true

# What a step costs in a task of 10 steps and in one of 10,000: `ruby benches/ruby/size.rb`. The goal is a ratio of
# 1.5 at most: nothing may be proportional to the size of the task.
require_relative "setup"

SHAPES = {
  "a line" => ->(count) { Benches.chain(count) },
  "one to many to one" => ->(count) { Benches.fan(count - 2) }
}.freeze
SIZES = [10, 100, 1000, 10_000].freeze
STEPS = 10_000

# Tasks of a size, as many as make STEPS steps, run one after the other.
def microseconds_a_step(coordinator, name, size)
  ids = Benches.submit(coordinator, name, STEPS / size)
  Benches.seconds { ids.each { |id| coordinator.orchestrate_task(id) } } * 1e6 / STEPS
end

report = Benches::Report.new("size", "The size of a task", "ruby benches/ruby/size.rb")
SHAPES.each do |shape, make|
  templates = SIZES.to_h { |size| ["#{shape} of #{size}", make.call(size)] }
  Benches.with_coordinator(:file, templates) do |coordinator|
    # Turn about, so that a slow spell of the machine meets every size.
    samples = Array.new(3) { SIZES.map { |size| microseconds_a_step(coordinator, "#{shape} of #{size}", size) } }
    SIZES.zip(samples.transpose) { |size, times| report.add("#{shape} of #{size} steps", "µs/step", times) }
    report.add("#{shape}: 10,000 steps against 10", "times", samples.map { |times| times.last / times.first })
  end
end
report.write
