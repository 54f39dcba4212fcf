# frozen_string_literal: true

# Workflows written by hand, client and workers in one process:
#
#   ruby benches/peers/by_hand/peer.rb postgres_steps|postgres_batches URL
#   ruby benches/peers/by_hand/peer.rb sqlite_steps|sqlite_batches URL [FULL|NORMAL]

require_relative "../support/bench"

kind, *options = ARGV
require_relative kind
engine = Peers::ByHand.const_get(kind.split("_").map(&:capitalize).join.sub("Sqlite", "SQLite")).new(*options)
Peers::Service.run("#{RUBY_ENGINE} #{RUBY_VERSION}, #{engine.driver}", Peers::Bench.new(engine))
