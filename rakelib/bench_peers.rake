# frozen_string_literal: true

namespace :bench do
  desc "Measure beside what people use (ten minutes; installs the peers into a cache folder first)"
  task(peers: :compile) do
    sh "benches/peers/setup"
    ruby "benches/peers/run.rb"
  end
end
