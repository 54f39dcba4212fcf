# frozen_string_literal: true

module TaskerCore
  module Execution
    # The half of a {Crew} that its supervisor runs: it waits, and looks after steps whose time is up.
    # @api private
    module Watching
      # A quick run is over before its supervisor has looked once.
      FIRST_LOOK_MS = 250.0
      # How long after its deadline a handler is given up: the engine is to void the attempt first.
      GRACE_MS = 20.0
      # How long a held step may wait for a thread before it is given back: many times as long as was expected.
      HELD_MS = 250.0
      # The longest sleep of a supervisor.
      LONGEST_MS = 60_000.0

      # Waits until all is over. The caller has masked interrupts; only the wait can be broken off.
      # @param seconds [Numeric, nil] how long at most
      # @return [Boolean] whether it is over
      def watch(seconds = nil)
        end_ms = seconds && (Execution.now_ms + (seconds * 1000))
        @mutex.synchronize do
          until @over || @error
            now = Execution.now_ms
            return false if end_ms && now >= end_ms

            look_after(now) if now >= @alarm_ms
            wait_ms = [@alarm_ms, end_ms || @alarm_ms].min - now
            Thread.handle_interrupt(IMMEDIATE) { @bell.wait(@mutex, wait_ms.clamp(1.0, LONGEST_MS) / 1000) }
          end
        end
        true
      end

      private

      # Under the mutex, as all that follows.
      def look_after(now)
        abandon_overdue(now)
        give_back_waiting(now)
        @alarm_ms = [next_deadline + GRACE_MS, @held.any? ? now + HELD_MS : now + LONGEST_MS].min
      end

      # Has the supervisor look at that time, if it wouldn't before.
      def look_at(time_ms)
        return if time_ms >= @alarm_ms

        @alarm_ms = time_ms
        @bell.broadcast
      end

      # The engine voids the attempt by itself. Its slot is free, and what the step's failure makes possible is asked
      # for; the handler is left alone, and what it reports in the end is refused.
      def abandon_overdue(now)
        @running.each_key.select { |attempt| attempt.overdue?(now - GRACE_MS) }.each do |attempt|
          @running.delete(attempt)
          abandoned(attempt)
          @coordinator.logger.warn("tasker_core") { "#{attempt} has passed its deadline; its result will not be taken" }
        end
      end

      # Taken ahead because steps were short, and now all threads are in long ones.
      def give_back_waiting(now)
        return if @held.empty? || @held.first.claimed_ms > now - HELD_MS

        @outbox.concat(@held.each(&:give_back))
        @held.clear
        @pace.forget
        call_helper
      end

      def next_deadline
        @running.each_key.filter_map(&:deadline_ms).min || Float::INFINITY
      end
    end
  end
end
