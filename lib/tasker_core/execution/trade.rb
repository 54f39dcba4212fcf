# frozen_string_literal: true

module TaskerCore
  module Execution
    # One exchange with the engine: what is handed in, and how much is asked for.
    # @api private
    class Trade
      # @return [Array<Attempt>] finished attempts
      attr_reader :attempts
      # @return [Integer] how many steps to take at most
      attr_reader :want
      # @return [Integer] how long to wait where nothing is ready
      attr_reader :wait_ms
      # @return [Thread] who makes it
      attr_reader :thread

      # @param attempts [Array<Attempt>]
      # @param want [Integer]
      # @param wait_ms [Integer]
      def initialize(attempts, want, wait_ms = 0)
        @attempts = attempts
        @want = want
        @wait_ms = wait_ms
        @thread = Thread.current
      end

      # @return [Boolean] whether it only waits for steps to become ready
      def parked?
        @wait_ms.positive?
      end

      # @return [Array] four entries a report, as the engine takes them
      def reports
        flat = []
        @attempts.each { |attempt| flat.push(attempt.step_id, attempt.fence, attempt.outcome, attempt.payload) }
        flat
      end
    end
  end
end
