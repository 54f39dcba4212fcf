# frozen_string_literal: true

# What a step costs in instructions, statements and bytes, beside the committed figures.
#
#   ruby benches/gate/run.rb            measures and compares: status 1 where something costs more than 5 % more
#   ruby benches/gate/run.rb --accept   measures and writes the figures that are to be committed
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
  measured.write(options[:committed]) if options[:accept]
  comparison = Gate::Comparison.new(Gate::Figures.read(options[:committed]), measured)
  puts Gate::Table.new(comparison)
  exit comparison.failures.empty?
rescue Gate::Failure => e
  abort "bench:gate: #{e.message}"
end
