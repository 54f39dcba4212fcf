# frozen_string_literal: true

namespace :bench do
  desc "Measure beside what people use, in some ten minutes; bench:peers[dbos restate] for some, PEERS_SHORT=1 for a try"
  task(:peers, [:names] => :compile) do |_task, arguments|
    # Ctrl-C reaches the benchmarks too: they end their servers, and this waits for it.
    trap("INT") { warn "ending what was started" }
    sh "benches/peers/setup"
    ruby "benches/peers/run.rb", *[arguments[:names], *arguments.extras].compact.flat_map(&:split)
  end
end
