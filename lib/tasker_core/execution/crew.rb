# frozen_string_literal: true

module TaskerCore
  module Execution
    # Threads that share the steps of one scope. Each does, in turn, what is most urgent: exchange finished steps for
    # new ones, or run a step that is held. So a chain of steps stays on one thread, and threads are woken only for work
    # that can go on beside it.
    #
    # One rule keeps results from waiting behind a slow handler: no thread begins a step while reports lie in the outbox
    # and nobody is on the way to hand them in.
    #
    # Subclasses say when to exchange (`next_trade`), what an answer means (`absorbed`) and when all is over (`done?`).
    # @api private
    class Crew
      include Trading
      include Parking
      include Watching

      # @return [StandardError, nil] what ended it
      attr_reader :error

      # @param coordinator [Coordinator]
      # @param scope [Integer, Array<String>] a task's id, 0 for any task, or namespaces
      # @param limit [Integer] how many handlers run at once
      def initialize(coordinator, scope:, limit:)
        @coordinator = coordinator
        @scope = scope
        @limit = limit
        @generation = ForkSafety.generation
        @pace = Pace.new(limit)
        @mutex = Mutex.new
        @bell = ConditionVariable.new
        @again = ConditionVariable.new
        @held = []
        @running = {}.compare_by_identity
        @outbox = []
        @trades = []
        @parked = nil
        @failures = 0
        @helper_called = @stopping = @over = @dry = false
        @alarm_ms = Execution.now_ms + FIRST_LOOK_MS
      end

      # Sends the first thread.
      # @return [void]
      # @raise [ThreadError] where the system gives no thread
      def start
        @helper_called = true
        Pool.post(self)
      end

      # A pool thread's stay with the crew: it leaves when there is nothing it could do.
      # @return [void]
      def work
        @mutex.synchronize { @helper_called = false }
        while (move = @mutex.synchronize { next_move })
          move.is_a?(Attempt) ? run(move) : trade(move)
          Execution.drop_late_interrupts if Thread.pending_interrupt?
        end
        left = true
      ensure
        hand_on unless left
      end

      private

      # --- under the mutex: what next ---

      def next_move
        return last_move if @stopping || @over
        return next_trade || (rest if done?) if @held.empty? || @running.size >= @limit

        early_trade || take
      end

      # With half of the batch done, the exchange goes on while another thread runs the other half.
      def early_trade
        return if @held.size == 1 || @outbox.size < @held.size

        trade = next_trade
        call_helper if trade
        trade
      end

      # Over or stopping: nothing is begun, what is held goes back, what is finished is handed in.
      def last_move
        @outbox.concat(@held.each(&:give_back))
        @held.clear
        return start_trade(0) if @outbox.any? && @trades.empty?

        rest if done?
      end

      def take
        attempt = @held.shift
        attempt.thread = Thread.current
        @running[attempt] = true
        call_helper if help_wanted?
        look_at(attempt.deadline_ms + GRACE_MS) if attempt.deadline_ms
        attempt
      end

      def help_wanted?
        @held.any? ? @running.size < @limit || @outbox.any? : @outbox.any? && may_trade?
      end

      # How many more steps may be held.
      def free
        [@pace.target - @running.size - @held.size, 0].max
      end

      # Nothing is in this crew's hands.
      def idle?
        @running.empty? && @held.empty? && @outbox.empty? && @trades.empty? && @parked.nil?
      end

      def rest
        @over = true
        @bell.broadcast
        nil
      end

      # One more thread, and no second one before the first has arrived.
      def call_helper
        return if @helper_called

        @helper_called = true
        Pool.post(self)
      rescue ThreadError => e
        @helper_called = false
        return if Execution.ending?

        @coordinator.logger.warn("tasker_core") { "no thread for a step (#{e.message}); going on with those there are" }
      end

      # --- without the mutex ---

      def run(attempt)
        started = Execution.now_ms
        return attempt.give_back if attempt.overdue?(started)

        attempt.began_ms = started
        Announcement.started(@coordinator, attempt) if @coordinator.subscribers?
        Thread.current[Turnstile::LINEAGE] = lineage(attempt)
        attempt.perform(@coordinator, @generation)
        # A child that was forked in the handler ends where its handler ends, and reports nothing.
        exit if forked?
      ensure
        settle(attempt, Execution.now_ms - started) unless forked?
      end

      def forked?
        ForkSafety.generation != @generation
      end

      def settle(attempt, took_ms)
        forget_locals(Thread.current)
        attempt.took_ms = took_ms
        @mutex.synchronize do
          attempt.thread = nil
          @outbox.push(attempt)
          @pace.record(took_ms) if @running.delete(attempt)
        end
      end

      # What one step put into fiber-locals must not be seen by the next. Thread variables are left: they are where
      # libraries keep what belongs to the thread, such as a connection.
      def forget_locals(thread)
        thread.keys.each { |key| thread[key] = nil } # rubocop:disable Style/HashEachMethods -- a Thread, not a Hash
      end

      # This thread was killed: another one goes on.
      def hand_on
        Pool.post_last(self) unless forked? || Execution.ending?
      rescue ThreadError => e
        @mutex.synchronize do
          @error ||= InternalError.new("no thread could be made to go on with the steps: #{e.message}")
          rest
        end
      end
    end
  end
end
