# frozen_string_literal: true

# What is measured together is a file each.
parts = Dir[File.expand_path("../benches/ruby/parts/*.rb", __dir__)].map { |file| File.basename(file, ".rb") }.sort

desc "Measure everything on both databases, in some ten minutes; BENCH_SHORT=1 for a try that writes no results"
task(bench: :compile) { ruby "benches/ruby/run.rb" }

namespace :bench do
  parts.each do |part|
    desc "Measure benches/ruby/parts/#{part}.rb only"
    task(part => :compile) { ruby "benches/ruby/run.rb", part }
  end

  desc "Measure the domain and the store with criterion"
  task :rust do
    ruby "benches/ruby/criterion.rb"
  end
end
