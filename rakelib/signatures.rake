# frozen_string_literal: true

require "stringio"
require "yaml"

desc "Check that the signatures in sig hold together"
task :signatures do
  # Through the library: Debian gives the executable another name.
  require "rbs"
  require "rbs/cli"

  manifest = "sig/manifest.yaml"
  # The parts of Ruby's library that the signatures mention, where RBS itself looks for them too.
  libraries = File.exist?(manifest) ? YAML.safe_load_file(manifest).fetch("dependencies") : []
  required = libraries.flat_map { |library| ["-r", library["name"]] }
  said = StringIO.new
  RBS::CLI.new(stdout: said, stderr: $stderr).run([*required, "-I", "sig", "validate"])
  puts "#{said.string.scan(/`::TaskerCore\b/).size} signatures of TaskerCore are valid"
rescue RBS::BaseError => e
  abort "signatures: #{e.message}"
end
