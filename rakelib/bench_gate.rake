# frozen_string_literal: true

namespace :bench do
  desc "Compare what a step costs, in instructions, statements and bytes, with benches/gate/figures.json"
  task(gate: :compile) { ruby "benches/gate/run.rb", verbose: false }

  namespace :gate do
    desc "Write what a step costs now to benches/gate/figures.json"
    task(accept: :compile) { ruby "benches/gate/run.rb", "--accept", verbose: false }
  end
end
