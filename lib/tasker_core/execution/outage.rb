# frozen_string_literal: true

module TaskerCore
  module Execution
    # A time in which the engine can't answer, the database being gone perhaps: how long it lasts, and when there is
    # something to say about it. A worker outlives it, and its log isn't to be filled meanwhile.
    #
    # Not thread-safe: it belongs to a crew, and is used under its mutex.
    # @api private
    class Outage
      # How long it keeps silent after it has said something, in ms.
      SILENCE_MS = 60_000.0

      # @param clock [#call] gives ms; the time of the day isn't asked, as it jumps
      def initialize(clock = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond) })
        @clock = clock
        @since = @said = nil
      end

      # @param error [Exception] what an exchange failed with
      # @param pause [Numeric] how many seconds later it is tried again
      # @param reports [Integer] how many wait to be handed in
      # @return [String, nil] what is to be logged
      def failed(error, pause, reports)
        now = @clock.call
        first = @since.nil?
        @since ||= now
        return if @said && now - @said < SILENCE_MS

        @said = now
        lasting = first ? "" : " for #{seconds(now)} s"
        "exchange failed#{lasting} (#{error.message}); trying again in #{pause} s, until it succeeds#{kept(reports)}"
      end

      # @return [String, nil] what is to be logged
      def over
        return unless @since

        lasted = seconds(@clock.call)
        @since = @said = nil
        "the engine answers again, after #{lasted} s"
      end

      private

      def kept(reports)
        return if reports.zero?

        reports == 1 ? "; 1 result waits to be handed in" : "; #{reports} results wait to be handed in"
      end

      def seconds(now)
        ((now - @since) / 1000).round(1)
      end
    end
  end
end
