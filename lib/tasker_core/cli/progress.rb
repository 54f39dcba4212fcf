# frozen_string_literal: true

module TaskerCore
  module CLI
    # How far the task is: on a terminal a line at the bottom, elsewhere a line now and then.
    # @api private
    class Progress
      BAR = 24
      # Elsewhere than on a terminal: the least time between two lines, in seconds.
      PAUSE = 1.0
      private_constant :BAR, :PAUSE

      # @return [Integer] steps whose handler runs now
      attr_reader :running
      # @return [Integer] attempts that this process began
      attr_reader :attempts

      # @param screen [Screen]
      # @param total [Integer] steps of the task
      # @param done [Integer] those that are done already
      def initialize(screen, total, done)
        @screen = screen
        @total = total
        @done = @done_before = done
        @failed = @attempts = @running = 0
        @begun = @last = now
        @lock = Mutex.new
        @bell = ConditionVariable.new
      end

      # @return [Float] seconds since the start
      def elapsed
        now - @begun
      end

      # @param event [StepEvent]
      # @return [void]
      def count(event)
        @lock.synchronize do
          event.started? ? count_start : count_end(event)
          @bell.broadcast
        end
      end

      # @return [void]
      def show
        return @screen.bottom(line) if @screen.terminal?
        return unless now - @last >= PAUSE || finished?

        @last = now
        @screen.say(line)
      end

      # @return [String]
      def line
        filled = @total.zero? ? BAR : BAR * @done / @total
        parts = ["#{@done}/#{@total} steps"]
        parts << "#{@running} running" if @running.positive?
        parts << "#{@failed} failed" if @failed.positive?
        "#{"█" * filled}#{"░" * (BAR - filled)}  #{parts.join(", ")}, #{Text.duration(elapsed)}"
      end

      # Waits until no handler runs.
      # @param seconds [Numeric] how long at most
      # @return [Boolean] whether none runs
      def wait_until_idle(seconds)
        limit = now + seconds
        @lock.synchronize do
          @bell.wait(@lock, limit - now) while @running.positive? && now < limit
          @running.zero?
        end
      end

      private

      def finished?
        @done == @total && @running.zero? && @done > @done_before
      end

      def count_start
        @running += 1
        @attempts += 1
      end

      def count_end(event)
        @running -= 1
        @done += 1 if event.outcome == "complete"
        @failed += 1 if event.error && !event.will_retry?
      end

      def now
        Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
