# frozen_string_literal: true

namespace :bench do
  desc "Measure beside what people use, in ten minutes; [dbos,restate] for some of it, PEERS_SHORT=1 for a try"
  task(:peers, [:names] => :compile) do |_task, arguments|
    # Ctrl-C reaches the benchmarks too: they end their servers, and this waits for it.
    before = trap("INT") { warn "ending what was started" }
    sh "benches/peers/setup"
    ruby "benches/peers/run.rb", *[arguments[:names], *arguments.extras].compact.flat_map(&:split)
  ensure
    trap("INT", before) if before
  end
end
