# frozen_string_literal: true

require_relative "bench_results"
require_relative "readme_goals"
require_relative "readme_peers"
require_relative "readme_table"

# The blocks of figures in README.md, made of the results of the benchmarks, so that no figure is written by hand: how
# far the goals are reached, how others do, and what a reader may want to know besides.
class ReadmeFigures
  # The document has no place for a block.
  class Missing < StandardError; end

  README = File.expand_path("../README.md", __dir__)
  BLOCKS = { "goals" => ReadmeGoals, "peers" => ReadmePeers, "figures" => ReadmeTable }.freeze

  # @return [String] the line after which a block begins
  def self.beginning(name) = "<!-- #{name}: made by `rake readme:figures` from benches/results -->\n"

  # @return [String] the line at which it ends
  def self.ending(name) = "<!-- end of #{name} -->\n"

  # @param folder [String] where the results are
  def initialize(folder = BenchResults::FOLDER)
    @results = BenchResults.new(folder)
  end

  # @param text [String] the document
  # @return [String] the same with the present blocks, of those that it has a place for
  # @raise [Missing] where it has none for the figures
  # @raise [BenchResults::Missing]
  def put_into(text)
    BLOCKS.inject(text) do |document, (name, block)|
      next document unless name == "figures" || document.include?(self.class.beginning(name))

      put(document, name, block.new(@results).block)
    end
  end

  # Writes the present blocks into README.md.
  # @return [void]
  def write
    File.write(README, put_into(File.read(README, encoding: "UTF-8")))
  end

  private

  def put(text, name, block)
    beginning = self.class.beginning(name)
    ending = self.class.ending(name)
    before, rest = text.split(beginning, 2)
    _, after = rest&.split(ending, 2)
    raise Missing, "README.md has no place for a block: #{beginning}…\n#{ending}" unless after

    "#{before}#{beginning}#{block}#{ending}#{after}"
  end
end
