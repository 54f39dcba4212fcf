# frozen_string_literal: true

# How PostgreSQL with workers in several processes fares, beside SQLite: `ruby benches/ruby/postgres.rb`. It starts
# servers of its own, as durable as by default, and takes some three minutes.
#
#   ruby benches/ruby/postgres.rb [--short] [throughput] [spread] [cost] [latency] [submits]
#
# With --short (a try of the benchmarks themselves), or with some of the parts only, nothing is written to the results.

require_relative "postgres_cost"
require_relative "postgres_latency"
require_relative "postgres_spread"
require_relative "postgres_submits"
require_relative "postgres_throughput"

PARTS = {
  "throughput" => Benches::PostgresThroughput,
  "spread" => Benches::PostgresSpread,
  "cost" => Benches::PostgresCost,
  "latency" => Benches::PostgresLatency,
  "submits" => Benches::PostgresSubmits
}.freeze

short = !ARGV.delete("--short").nil?
unknown = ARGV - PARTS.keys
abort "there is no part #{unknown.join(", ")}; there are #{PARTS.keys.join(", ")}" if unknown.any?

Benches::PostgresStand.open("ruby benches/ruby/postgres.rb", short:) do |stand|
  (ARGV.empty? ? PARTS.keys : ARGV).each do |part|
    took = Benches.seconds { PARTS.fetch(part).new(stand).run }
    puts format("(%<part>s: %<took>.1f s)", part:, took:)
  end
  stand.write unless short || ARGV.any?
end
