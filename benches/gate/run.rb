# frozen_string_literal: true

# What a step costs in instructions, statements and bytes, beside the committed figures.
#
#   ruby benches/gate/run.rb            measures and compares: status 1 where something costs more than 5 % more
#   ruby benches/gate/run.rb --accept   measures and writes the figures that are to be committed
#
# The same code gives the same figures: the workload does the same at the same invented times, and nothing is timed.
# Other compilers or another libc give other instructions: those aren't compared there, which is said, and the rest is.
#
#   --committed FILE   figures other than benches/gate/figures.json
#   --measured FILE    figures that were measured before, instead of measuring

require "optparse"
require_relative "measurement"
require_relative "table"

options = { committed: Gate::Figures::COMMITTED }
OptionParser.new do |opts|
  opts.on("--accept", "write what is measured") { options[:accept] = true }
  opts.on("--committed FILE", "figures to compare with") { |file| options[:committed] = file }
  opts.on("--measured FILE", "figures measured before") { |file| options[:measured] = file }
end.parse!

begin
  measured = options[:measured] ? Gate::Figures.read(options[:measured]) : Gate::Measurement.new.figures
  file = options[:committed]
  before = options[:accept] && !File.exist?(file) ? measured : Gate::Figures.read(file)
  comparison = Gate::Comparison.new(before, measured)
  table = Gate::Table.new(comparison)
  puts table.figures
  if options[:accept]
    measured.write(file)
    puts "written to #{file}"
  else
    puts table.verdict
    exit comparison.failures.empty?
  end
rescue Gate::Failure => e
  abort "bench:gate: #{e.message}"
end
