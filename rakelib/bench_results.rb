# frozen_string_literal: true

require "json"

# What the benchmarks wrote to benches/results, and how its numbers are told.
class BenchResults
  # A figure that is wanted is in no results.
  class Missing < StandardError; end

  FOLDER = File.expand_path("../benches/results", __dir__)
  # Those of the library, next to others.
  PEERS = "peers"
  OURS = "tasker_core"

  # Three digits are what such a machine can tell.
  # @param number [Numeric]
  # @return [String]
  def self.shown(number)
    return number.round.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",") if number >= 100

    format("%.3g", number)
  end

  # @param folder [String] where the results are
  def initialize(folder = FOLDER)
    @folder = folder
    @files = {}
  end

  # @param name [String] of a file without its ending
  # @return [Hash, nil] nil where nothing of the kind was measured yet
  def [](name)
    path = File.join(@folder, "#{name}.json")
    @files[name] ||= File.exist?(path) ? JSON.parse(File.read(path, encoding: "UTF-8")) : nil
  end

  # @return [Hash] the row of that title
  # @raise [Missing]
  def figure(name, what)
    row = self[name]&.fetch("figures")&.find { |each| each["what"] == what }
    row || raise(Missing, "benches/results/#{name}.json has no figure #{what.inspect}")
  end

  # @param workload [String]
  # @return [Array<Hash>] rows of the library and of others, measured in the same run; none where it wasn't yet
  def peers(workload)
    rows = self[PEERS]&.fetch("figures") || []
    rows.select { |row| row["workload"] == workload }
  end

  # @return [Boolean]
  def self.ours?(row) = row["system"].to_s.start_with?(OURS)
end
