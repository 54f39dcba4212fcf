# frozen_string_literal: true

# Runs the Rust benchmarks and writes what they measured to benches/results.
#
#   ruby benches/ruby/criterion.rb [--short] [domain] [store]

require "fileutils"
require_relative "support/report"

module Benches
  # One of the crate's benchmarks: run by criterion, told as every other result is.
  class Criterion
    ROOT = File.expand_path("../..", __dir__)
    TITLES = { "domain" => "The rules, without a database", "store" => "Turns and contexts, without Ruby" }.freeze
    SHORT = %w[--warm-up-time 0.3 --measurement-time 0.6 --sample-size 10].freeze

    def initialize(name, short:)
      @name = name
      @options = short ? SHORT : []
      @folder = File.join(ROOT, "target", "bench-#{name}")
    end

    def run
      command = "ruby benches/ruby/criterion.rb #{"--short " unless @options.empty?}#{@name}"
      report = Report.new(@name, TITLES.fetch(@name), command)
      environment = { "CRITERION_HOME" => @folder }
      FileUtils.rm_rf(@folder)
      system(environment, "cargo", "bench", "-p", "tasker_benches", "--bench", @name, "--", *@options,
             chdir: ROOT, exception: true)
      samples.each { |what, figures| report.add(what, "µs", figures) }
      report.write
    end

    private

    # Microseconds an iteration, of every sample of every benchmark, in a stable order.
    def samples
      files = Dir[File.join(@folder, "**", "new", "sample.json")]
      files.to_h { |file| [title(file), times(file)] }.sort_by { |what, _| natural(what) }
    end

    def title(file)
      told = JSON.parse(File.read(File.join(File.dirname(file), "benchmark.json")))
      told.fetch("full_id").gsub("/", ", ")
    end

    def times(file)
      sample = JSON.parse(File.read(file))
      sample.fetch("times").zip(sample.fetch("iters")).map { |time, count| time / count / 1_000 }
    end

    def natural(text)
      text.split(/(\d+)/).map { |part| part.match?(/\A\d+\z/) ? [1, part.to_i] : [0, part] }
    end
  end
end

short = !ARGV.delete("--short").nil?
names = ARGV.empty? ? Benches::Criterion::TITLES.keys : ARGV
names.each { |name| Benches::Criterion.new(name, short:).run }
