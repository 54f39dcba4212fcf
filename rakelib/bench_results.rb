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

  # @return [Hash] the row of what the measurement of that title took of something
  # @raise [Missing]
  def cost(name, what, cost)
    row = self[name]&.fetch("costs")&.find { |each| each.values_at("what", "cost") == [what, cost] }
    row || raise(Missing, "benches/results/#{name}.json doesn't have #{cost.inspect} of #{what.inspect}")
  end

  # @param workload [String]
  # @return [Array<Hash>] rows of the library and of others, measured in the same run; none where it wasn't yet
  def peers(workload)
    rows = self[PEERS]&.fetch("figures") || []
    rows.select { |row| row["workload"] == workload }
  end

  # How many times as good the one is as the other: round by round where both took turns, else by their medians.
  # @param ours [Hash] a row
  # @param other [Hash] a row of the same workload
  # @return [Float]
  def times_as_good(ours, other)
    of, against = [ours, other].map { |row| row.values_at("system", "store").join(", ") }
    workload, unit = other.values_at("workload", "unit")
    known = self[PEERS]["ratios"]&.find do |row|
      row.values_at("of", "against", "workload") == [of, against, workload]
    end
    return known["median"] if known

    ones = [ours, other].map { |row| row["median"] }
    unit == "ms" ? ones.last.fdiv(ones.first) : ones.first.fdiv(ones.last)
  end

  # @return [Boolean]
  def self.ours?(row) = row["system"].to_s.start_with?(OURS)
end
