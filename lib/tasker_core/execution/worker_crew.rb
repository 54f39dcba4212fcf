# frozen_string_literal: true

module TaskerCore
  module Execution
    # The crew of a {Worker}: it takes steps of any task, and is over only when it is stopped.
    #
    # Where nothing is ready, one thread parks in an exchange that waits. Reports never wait behind it: they go in
    # exchanges of their own, which take new steps too, from what the parked one has left of the capacity.
    # @api private
    class WorkerCrew < Crew
      # How long one parked exchange waits; a stop ends it at once.
      PARK_MS = 10_000
      # The wait before another try while the engine can't answer, in seconds.
      LONG_PAUSE = 2.0
      NONE = {}.freeze
      private_constant :NONE

      # @param coordinator [Coordinator]
      # @param limit [Integer]
      def initialize(coordinator, limit)
        super(coordinator, scope: 0, limit:)
      end

      # Breaks off the handlers that still run, and gives their steps back.
      # @return [void]
      def break_off
        # Under the mutex: a thread that is still in `running` drops what comes too late before it begins anything else.
        @mutex.synchronize { @running.each_key { |attempt| attempt.thread&.raise(HandBack.new) } }
      end

      # @return [Integer] handlers that run now
      def running
        @mutex.synchronize { @running.size }
      end

      private

      def lineage(attempt)
        [[@coordinator, attempt.task.task_id]]
      end

      def known_tasks
        NONE
      end

      def next_trade
        want = free
        return start_trade(want) if !@trading && (@outbox.any? || (!@dry && want.positive?))
        return if @parked || !@dry || want.zero?

        # Half of the capacity, so that exchanges with reports can take what their reports make ready.
        park((want + 1) / 2, PARK_MS)
      end

      def help_wanted?
        super || (!@trading && !@parked && free.positive?)
      end

      def free
        taken = @parked ? @parked.want : 0
        [super - taken, 0].max
      end

      def done?
        @stopping && idle?
      end

      def absorbed(trade, grant)
        @dry = grant.attempts.size < trade.want if trade.want.positive?
      end

      # A worker outlives an engine's bad hour.
      def pause_after(failures)
        @stopping ? super : super || LONG_PAUSE
      end

      # The task's other steps come through the parked exchange, as everything else.
      def abandoned(_attempt)
        call_helper
      end
    end
  end
end
