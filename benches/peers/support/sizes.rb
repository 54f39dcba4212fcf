# frozen_string_literal: true

require_relative "workloads"

module Peers
  # How many workflows make a measurement of the length that is wanted; what has been measured before says it.
  class Sizes
    # How many steps a workflow has tells how long it takes where nothing is known yet.
    STEPS = WORKLOADS.transform_values(&:size).freeze
    SMALLEST = 2
    LARGEST = 40_000
    FEWEST = 20
    # So much quicker isn't a matter of chance.
    MORE = 1.25
    # A measurement at the beginning that was shorter says too little.
    ENOUGH = 0.25
    # Of the length that is wanted, how much does.
    SHORTEST = 0.6

    # @param seconds [Float] how long a measurement is to take
    def initialize(seconds)
      @seconds = seconds
      @rates = {}
    end

    # Runs until the system is warm and its speed is known: with few workflows one measures how long each of them takes,
    # so there are more until there are no more of them a second.
    #
    # @yieldparam count [Integer] of W1
    # @yieldreturn [Float] seconds
    def warm_up(key)
      best = @rates.fetch([key, "w1"], 0)
      count = best.zero? ? FEWEST : sized(best * ENOUGH)
      loop do
        took = yield count
        rate = count / took
        settled = took >= ENOUGH && rate < best * MORE
        best = [best, rate].max
        break if settled || took >= @seconds || count == LARGEST

        count = sized(count * 4)
      end
      learn(key, "w1", best)
    end

    # @param share [Float] of the usual length
    # @return [Integer]
    def count(key, workload, share: 1.0)
      sized(@seconds * share * @rates.fetch([key, workload]) { guess(key, workload) })
    end

    # @return [Boolean] whether a measurement was as long as it should be, more or less, or as large as it may be
    def enough?(count, seconds) = seconds >= @seconds * SHORTEST || count == LARGEST

    # @param rate [Float] workflows a second
    def learn(key, workload, rate) = @rates[[key, workload]] = rate

    private

    def guess(key, workload) = @rates.fetch([key, "w1"]) * STEPS["w1"] / STEPS.fetch(workload)

    def sized(count) = count.round.clamp(SMALLEST, LARGEST)
  end
end
