# frozen_string_literal: true

module Benches
  # What many measurements of the same thing come to.
  class Sample
    # From how many on the slowest one in a hundred means something.
    MANY = 100

    # Three digits are what such a machine can tell.
    # @return [String]
    def self.shown(number)
      number >= 100 ? number.round.to_s : format("%.3g", number)
    end

    # @param row [Hash] of {#to_h}
    # @return [String]
    def self.spread(row)
      "#{shown(row["lowest"])} to #{shown(row["highest"])}#{", p99 #{shown(row["p99"])}" if row["p99"]}"
    end

    # @param figures [Array<Numeric>]
    def initialize(figures)
      raise ArgumentError, "no figures were measured" if figures.empty?

      @sorted = figures.sort
    end

    # @return [Hash{String => Numeric}] part of a row of results
    def to_h
      row = { "median" => at(0.5), "lowest" => @sorted.first, "highest" => @sorted.last, "repetitions" => @sorted.size }
      row["p99"] = at(0.99) if @sorted.size >= MANY
      row
    end

    private

    def at(share)
      @sorted[((@sorted.size - 1) * share).round]
    end
  end
end
