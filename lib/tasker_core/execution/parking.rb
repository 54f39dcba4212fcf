# frozen_string_literal: true

module TaskerCore
  module Execution
    # The part of a {Crew} that waits in the engine for steps to become ready: one thread at a time does, in an exchange
    # without reports, which a stop breaks off.
    # @api private
    module Parking
      # Begins nothing more. Steps that are held go back at once, those that run are reported when they end, beside
      # whatever the caller does next.
      # @return [void]
      def stop
        @mutex.synchronize do
          return if @over && idle?

          @parked.thread.raise(HandBack.new) if @parked && !@stopping
          @stopping = true
          @again.broadcast
          call_helper
        end
      end

      private

      # Under the mutex.
      def park(want, wait_ms)
        @parked = Trade.new([], want, wait_ms)
      end

      # Under the mutex. A wait that is broken off ends twice, and another one may have begun in between.
      def trade_ended(trade)
        return super unless trade.parked?

        @parked = nil if trade.equal?(@parked)
      end

      def answer_to(trade)
        trade.parked? ? parked_answer(trade) : super
      end

      # The engine is called directly: when it has returned, the next thing is the assignment, so that steps which come
      # just when the wait is broken off aren't lost.
      def parked_answer(trade)
        engine = @coordinator.engine
        wait_ms = trade.wait_ms
        limit_ms = @coordinator.config.call_timeout_ms + wait_ms
        answer = nil
        begin
          Thread.handle_interrupt(IMMEDIATE) { answer = engine.exchange(@scope, trade.want, wait_ms, [], limit_ms) }
        rescue HandBack
          raise unless answer
        end
        Native.value(answer)
      ensure
        # The thread was killed: another one is to wait in its place.
        @mutex.synchronize { trade_ended(trade) } unless answer
      end
    end
  end
end
