# frozen_string_literal: true

module TaskerCore
  module Execution
    # The crew of a {Worker}: it takes steps of any task, or of any in some namespaces, and is over only when it is
    # stopped.
    #
    # Where nothing is ready, one thread parks in an exchange that waits. Reports never wait behind it: they go in
    # exchanges of their own, which take new steps too, from what the parked one has left of the capacity.
    #
    # Where many short steps are finished while an exchange is under way, a second one follows it: so the engine finds
    # its next turn waiting, and doesn't wait itself until Ruby has taken in what the one before brought.
    # @api private
    class WorkerCrew < Crew
      # How long one parked exchange waits; a stop ends it at once.
      PARK_MS = 10_000
      # How many reports are worth a second exchange while one is under way.
      SECOND_FROM = 32
      # The wait before another try while the engine can't answer, in seconds.
      LONG_PAUSE = 2.0
      NONE = {}.freeze
      private_constant :NONE

      # @param coordinator [Coordinator]
      # @param limit [Integer]
      # @param namespaces [Array<String>, nil] those whose tasks' steps it takes; nil for all
      def initialize(coordinator, limit, namespaces = nil)
        super(coordinator, scope: namespaces || 0, limit:)
        @outage = Outage.new
        @broken_off = false
      end

      # Breaks off the handlers that still run, and gives their steps back. What can't be handed in then is given up.
      # @return [Array<Attempt>] those that ran
      def break_off
        # Under the mutex: a thread that is still in `running` drops what comes too late before it begins anything else.
        @mutex.synchronize do
          @broken_off = true
          @again.broadcast
          @running.each_key { |attempt| attempt.thread&.raise(HandBack.new) }.keys
        end
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
        return start_trade(want) if may_trade? && (@outbox.any? || (!@dry && want.positive?))
        return if @parked || !@dry || want.zero?

        # Half of the capacity, so that exchanges with reports can take what their reports make ready.
        park((want + 1) / 2, PARK_MS)
      end

      def may_trade?
        super || (@trades.one? && @outbox.size >= SECOND_FROM)
      end

      def help_wanted?
        super || (@trades.empty? && !@parked && free.positive?)
      end

      # What is asked for just now is as good as held.
      def free
        taken = @trades.sum(@parked ? @parked.want : 0, &:want)
        [super - taken, 0].max
      end

      def done?
        @stopping && idle?
      end

      def absorbed(trade, grant)
        @dry = grant.attempts.size < trade.want if trade.want.positive?
      end

      # A worker outlives an engine's bad hour, and keeps what is finished until its time to stop is over.
      def pause_after(failures)
        super || LONG_PAUSE unless @broken_off
      end

      def complain(trade, error, pause)
        said = @mutex.synchronize { @outage.failed(error, pause, @outbox.size + trade.attempts.size) }
        @coordinator.logger.warn("tasker_core") { said } if said
      end

      def absorb(_trade, _grant)
        super
        said = @mutex.synchronize { @outage.over }
        @coordinator.logger.warn("tasker_core") { said } if said
      end

      # The task's other steps come through the parked exchange, as everything else.
      def abandoned(_attempt)
        call_helper
      end
    end
  end
end
