# frozen_string_literal: true

# The benchmarks of the library, on both databases. A database's server, workers and the submitter share the machine.
#
#   ruby benches/ruby/run.rb [--short] [--into FOLDER] [PART …]
#
# Results go to benches/results, a file for each part. With --short, or BENCH_SHORT=1, all is small: for a try of the
# benchmarks themselves, whose results are printed and written nowhere but into a FOLDER that is named.

require "optparse"
require_relative "support/suite"

short = ENV["BENCH_SHORT"] == "1"
folder = nil
names = OptionParser.new do |options|
  options.banner = "Usage: ruby benches/ruby/run.rb [options] [#{Benches::Suite::PARTS.keys.join("|")} …]"
  options.on("--short", "a try: all is small, and nothing is written to benches/results") { short = true }
  options.on("--into FOLDER", "where the results go") { |given| folder = given }
end.parse(ARGV)
unknown = names - Benches::Suite::PARTS.keys
abort "there is no part #{unknown.join(", ")}; there are #{Benches::Suite::PARTS.keys.join(", ")}" if unknown.any?

folder ||= Benches::Report::FOLDER unless short
begin
  exit Benches::Suite.new(short:, folder:).run(names.empty? ? Benches::Suite::PARTS.keys : names)
rescue Interrupt
  # By now nothing is left of the databases.
  abort "bench: interrupted; what had been measured wholly is written"
end
