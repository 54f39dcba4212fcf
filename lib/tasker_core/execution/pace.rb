# frozen_string_literal: true

module TaskerCore
  module Execution
    # How long steps take here lately, and so how many to hold at once: short ones are taken in batches, so that the
    # cost of an exchange is shared, long ones one a thread, so that none waits where another process could run it.
    #
    # A step tells little of the next one, which may be another's: so there are never more held ahead than were short
    # before, and the first short step of a worker doesn't bring it all the long ones that come after it.
    # @api private
    class Pace
      # How much work may lie waiting, in ms of one thread.
      AHEAD_MS = 10.0
      # At most this many steps a thread.
      MOST = 64
      # What a step is taken for before any was measured: long.
      UNKNOWN_MS = 1_000.0
      # The weight of the newest step.
      WEIGHT = 0.2

      # @return [Integer] how many steps to hold, those that run included
      attr_reader :target

      # @param threads [Integer]
      def initialize(threads)
        @threads = threads
        forget
      end

      # @param took_ms [Float]
      # @return [void]
      def record(took_ms)
        took_ms = 0.0 if took_ms.negative? # the clock was set back
        # The first one counts whole, and a long one at once.
        @mean = @mean == UNKNOWN_MS || took_ms > @mean ? took_ms : @mean + ((took_ms - @mean) * WEIGHT)
        ahead = @mean * MOST <= AHEAD_MS ? MOST : [(AHEAD_MS / @mean).floor, 1].max
        @short = took_ms < AHEAD_MS ? [@short + 1, @threads * MOST].min : @short / 2
        @target = [@threads * ahead, @threads + @short].min
      end

      # Takes steps for long again: those held had to wait.
      # @return [void]
      def forget
        @mean = UNKNOWN_MS
        @short = 0
        @target = @threads
      end
    end
  end
end
