# frozen_string_literal: true

require_relative "bench_results"
require_relative "readme_chart"
require_relative "readme_goals"
require_relative "readme_peers"
require_relative "readme_table"

# The block of figures in README.md, made of the results of the benchmarks, so that no figure is written by hand: the
# chart, how far the goals are reached, how others do, and what a reader may want to know besides.
class ReadmeFigures
  # The document has no place for the block.
  class Missing < StandardError; end

  README = File.expand_path("../README.md", __dir__)
  BEGINNING = "<!-- figures: made by `rake readme:figures` from benches/results -->\n"
  ENDING = "<!-- end of figures -->\n"

  CHART = "![#{ReadmeChart::TITLE}](benches/results/chart.svg)\n".freeze
  GOALS = <<~TEXT
    The goals, what was measured, and how that compares in one run with the best of the others that is as durable and keeps
    its state in the same way, in a file or with a server:
  TEXT
  PEERS = <<~TEXT
    Others with the same workloads, a second, submitting counted in; all in [one run](benches/results/peers.md), turn about:
  TEXT
  TABLE = <<~TEXT
    Medians; in brackets the lowest and the highest of the repetitions, or what 99 of 100 calls took at most. CPU is time of
    processors. Written is to the disk with SQLite, to the log with PostgreSQL.
  TEXT

  # @param folder [String] where the results are
  def initialize(folder = BenchResults::FOLDER)
    @results = BenchResults.new(folder)
  end

  # @return [String] Markdown; what wasn't measured yet is left out
  # @raise [BenchResults::Missing] where a figure is gone from the results
  def block
    parts = { GOALS => ReadmeGoals, PEERS => ReadmePeers, TABLE => ReadmeTable }.filter_map do |text, part|
      found = part.new(@results).block
      "#{text}\n#{found}" unless found.empty?
    end
    [CHART, *parts].join("\n")
  end

  # @param text [String] the document
  # @return [String] the same with the present block
  # @raise [Missing, BenchResults::Missing]
  def put_into(text)
    before, rest = text.split(BEGINNING, 2)
    _, after = rest&.split(ENDING, 2)
    raise Missing, "README.md has no place for figures: #{BEGINNING}…\n#{ENDING}" unless after

    "#{before}#{BEGINNING}#{block}#{ENDING}#{after}"
  end

  # Writes the present block into README.md.
  # @return [void]
  def write
    File.write(README, put_into(File.read(README, encoding: "UTF-8")))
  end
end
