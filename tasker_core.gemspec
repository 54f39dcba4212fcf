# frozen_string_literal: true

require_relative "lib/tasker_core/version"

Gem::Specification.new do |spec|
  spec.name = "tasker_core"
  spec.version = TaskerCore::VERSION
  spec.authors = ["The tasker_core authors"]
  spec.summary = "Runs workflows durably: Ruby handlers, a Rust engine, PostgreSQL or SQLite"
  spec.description = "Tasks are graphs of steps. Step handlers are plain Ruby; a Rust engine inside the process owns " \
                     "the graph, state, retries, timeouts, leases and storage. What a call acknowledged is on disk."
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.1"
  spec.metadata = { "rubygems_mfa_required" => "true" }

  # By globs and not from git, so that the gem can be built from an unpacked archive too. Cargo reads the manifest of
  # every member of the workspace, whatever it builds: the benchmarks have to come along.
  spec.files = Dir.chdir(__dir__) do
    Dir["lib/**/*.rb", "exe/*", "sig/**/*.{rbs,yaml}", "ext/**/*.{rb,rs,sql,toml}", "benches/**/*.{rs,toml}",
        ".cargo/config.toml", "Cargo.{toml,lock}", "LICENSE", "*.md", ".yardopts"].grep_v(%r{(\A|/)target/})
  end
  spec.require_paths = ["lib"]
  spec.bindir = "exe"
  spec.executables = ["tasker-worker"]
  spec.extensions = ["ext/tasker_core/extconf.rb"]
end
