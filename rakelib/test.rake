# frozen_string_literal: true

require "rake/testtask"

Rake::TestTask.new(:test) do |task|
  task.description = "Run the Ruby tests"
  task.libs = %w[test lib]
  task.pattern = "test/**/*_test.rb"
  task.warning = true
  task.verbose = false
end
