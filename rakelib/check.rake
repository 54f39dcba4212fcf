# frozen_string_literal: true

require_relative "checks"
require_relative "../ext/tasker_core/cargo_build"

# The quick ones first; the Ruby tests last, so that their result stands at the end.
CHECKS = {
  "rust:format" => %w[cargo fmt --all -- --check],
  "ruby:style" => %w[rubocop],
  "ruby:docs" => %w[rake --quiet docs],
  "ruby:signatures" => %w[rake --quiet signatures],
  "rust:lint" => %w[cargo clippy --workspace --all-targets --locked -- -D warnings],
  "rust:test" => %w[cargo test --workspace --locked],
  "bench:gate" => %w[rake --quiet bench:gate],
  "ruby:test" => %w[rake --quiet test]
}.freeze

run = lambda do |checks|
  exit 1 unless Checks.new(checks, env: CargoBuild.env).run
end

CHECKS.each do |name, command|
  desc "Check: #{command.join(" ")}"
  task("check:#{name}") { run.call(name => command) }
end

desc "Run every check, all of them even when one fails"
task(check: :compile) { run.call(CHECKS) }
