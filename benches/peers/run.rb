# frozen_string_literal: true

# Measures tasker_core beside what people use, all in one run. README.md beside this file has what is measured and how.
#
#   benches/peers/setup
#   ruby benches/peers/run.rb [--short] [NAME …]
#
# A name is that of a system (dbos_sqlite), or how some of them begin (dbos). With --short, or PEERS_SHORT=1, there is
# one short round of each, for a try of the benchmarks themselves. Results are written to benches/results only if all
# systems were asked for, at full length.

require "optparse"
require_relative "support/run"

short = ENV["PEERS_SHORT"] == "1"
names = OptionParser.new do |options|
  options.banner = "Usage: ruby benches/peers/run.rb [options] [#{Peers::Run::NAMES.join("|")} …]"
  options.on("--short", "one short round, and nothing is written") { short = true }
end.parse(ARGV)
unknown = names.reject { |name| Peers::Run::NAMES.any? { |known| known.start_with?(name) } }
abort "there is no #{unknown.join(", ")}; there are #{Peers::Run::NAMES.join(", ")}" if unknown.any?

trap("TERM") { exit 143 }
begin
  exit Peers::Run.new(names, short:).call
rescue Interrupt
  abort "interrupted; nothing was written, and what was started has been ended"
end
