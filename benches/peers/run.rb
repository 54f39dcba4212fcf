# frozen_string_literal: true

# Measures tasker_core beside what people use, all in one run and turn about, so that a slow spell of the machine meets
# everybody: a round is a turn of each system, on an empty store and in a process of its own. About ten minutes.
#
#   benches/peers/setup
#   ruby benches/peers/run.rb [--short] [--only KEY,KEY]
#
# With --short (a try of the benchmarks themselves) or --only nothing is written to benches/results. README.md beside
# this file has what is measured.

require "optparse"
require_relative "support/catalogue"
require_relative "support/figures"
require_relative "support/limits"
require_relative "support/machine"
require_relative "support/report"
require_relative "support/sizes"
require_relative "support/stores"
require_relative "support/turn"

LIMITS = "limits"
short = false
only = nil
keys = [LIMITS, *Peers::SYSTEMS.map(&:key)]
OptionParser.new do |options|
  options.on("--short", "one short round, nothing is written") { short = true }
  options.on("--only KEY,KEY", Array, "of #{keys.join(", ")}") { |chosen| only = chosen }
end.parse!
unknown = only.to_a - keys
abort "there is no #{unknown.join(", ")}; there are #{keys.join(", ")}" if unknown.any?

trap("TERM") { exit 143 }
wanted = only || keys
rounds = short ? 1 : 3
seconds = short ? 0.3 : 2.2
figures = Peers::Figures.new(rounds)
Peers::NOT_TO_BE_HAD.each { |name, why| figures.failed(name, why) } unless only

systems = Peers::SYSTEMS.select { |system| wanted.include?(system.key) }
lost, systems = systems.partition(&:missing)
lost.each { |system| figures.failed(system, system.missing) }

Peers::Stores.open do |stores|
  machine = Peers::Machine.facts(stores.postgres)
  turn = Peers::Turn.new(stores, figures, Peers::Sizes.new(seconds), short ? 5 : 40)
  round = lambda do |limits|
    limits&.run
    systems.each do |system|
      took = Peers.seconds { turn.run(system) }
      puts format("  %<system>s: %<took>.1f s", system:, took:)
    end
  end
  measure = lambda do |limits = nil|
    1.upto(rounds) do |number|
      puts "round #{number} of #{rounds}"
      round.call(limits)
    end
  end
  wanted.include?(LIMITS) ? Peers::Limits.open(stores, figures, seconds, &measure) : measure.call

  report = Peers::Report.new("rake bench:peers", machine, figures)
  puts report.table
  report.write unless short || only
end
