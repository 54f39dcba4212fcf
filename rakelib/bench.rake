# frozen_string_literal: true

desc "Measure: calls, workflows, large tasks, many processes on PostgreSQL (minutes; results go to benches/results)"
task bench: %w[compile bench:calls bench:workflows bench:size bench:postgres bench:rust]

namespace :bench do
  %w[calls workflows size postgres].each do |name|
    desc "Measure benches/ruby/#{name}.rb"
    task(name => :compile) { ruby "benches/ruby/#{name}.rb" }
  end

  desc "Measure the domain and the store with criterion"
  task :rust do
    ruby "benches/ruby/criterion.rb"
  end
end
