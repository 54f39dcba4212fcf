# frozen_string_literal: true

module TaskerCore
  module Execution
    # The half of a {Crew} that talks to the engine.
    # @api private
    module Trading
      # The waits before another try of an exchange that failed, in seconds.
      PAUSES = [0.02, 0.1, 0.4].freeze
      # What an exchange may fail with today and succeed with tomorrow.
      TRANSIENT = [Busy, DatabaseError, InternalError].freeze

      private

      # Under the mutex.
      def start_trade(want)
        trade = Trade.new(@outbox, want)
        @outbox = []
        @trades << trade
        trade
      end

      # Under the mutex.
      def trade_ended(trade)
        @trades.delete(trade)
      end

      # Under the mutex. Whether an exchange may be begun now.
      def may_trade?
        @trades.empty?
      end

      def trade(trade)
        grant = Grant.new(answer_to(trade), @coordinator, known_tasks)
        absorb(trade, grant)
      rescue HandBack
        @mutex.synchronize { trade_ended(trade) }
      rescue *TRANSIENT => e
        try_again(trade, e)
      rescue StandardError => e
        give_up(trade, e)
      end

      def answer_to(trade)
        @coordinator.exchange(@scope, trade.want, trade.wait_ms, trade.reports)
      end

      def absorb(trade, grant)
        again = grant.refused.filter_map { |index, kind, message| refused(trade.attempts[index], kind, message) }
        # Before what was granted in return is begun.
        announce(trade, grant, again) if @coordinator.subscribers?
      ensure
        # Even where a subscriber ends the thread, the steps are in the crew's hands.
        @mutex.synchronize { take_in(trade, grant, again || []) }
      end

      # Under the mutex.
      def take_in(trade, grant, again)
        trade_ended(trade)
        @failures = 0
        @outbox.concat(again)
        @held.concat(grant.attempts)
        look_at(Execution.now_ms + Watching::HELD_MS) if @held.any?
        absorbed(trade, grant)
      end

      def announce(trade, grant, again)
        refused = grant.refused.map(&:first)
        trade.attempts.each_with_index do |attempt, index|
          Announcement.finished(@coordinator, attempt, refused: refused.include?(index)) unless again.include?(attempt)
        end
      end

      # @return [Attempt, nil] the attempt, where it has to be reported in another way
      def refused(attempt, kind, message)
        unless kind == "stale_lease" || attempt.outcome != Attempt::COMPLETE
          return attempt.reject(Errors.build(kind, message))
        end

        @coordinator.logger.warn("tasker_core") { "#{attempt}: its report was refused (#{kind}): #{message}" }
        nil
      end

      # What was to be handed in is kept: a report that did arrive is refused the second time, and changes nothing.
      def try_again(trade, error)
        pause = pause_after(@failures)
        return give_up(trade, error) unless pause

        complain(trade, error, pause)
        @mutex.synchronize do
          wait_to_try_again(trade, pause)
          @failures += 1
          trade_ended(trade)
          @outbox.unshift(*trade.attempts)
        end
      end

      def pause_after(failures)
        PAUSES[failures]
      end

      def complain(_trade, error, pause)
        @coordinator.logger.warn("tasker_core") { "exchange failed (#{error.message}); trying again in #{pause} s" }
      end

      # Under the mutex, which is free meanwhile. A stop ends the pause: what is finished has one more try at once.
      def wait_to_try_again(trade, pause)
        @again.wait(@mutex, pause) unless @stopping && trade.attempts.empty?
      end

      # The engine voids at its deadline what could not be handed in, and another attempt follows.
      def give_up(trade, error)
        log_lost(trade.attempts, error)
        @mutex.synchronize do
          trade_ended(trade)
          @error ||= error
          @stopping = true
          @bell.broadcast
        end
      end

      # A close is somebody's wish, and what was running then is lost with it.
      def log_lost(attempts, error)
        # At the end of the program the coordinator has given everything back.
        return if attempts.empty? || Execution.ending?

        level = error.is_a?(CoordinatorClosed) ? Logger::WARN : Logger::ERROR
        @coordinator.logger.add(level, nil, "tasker_core") { "reports lost: #{attempts.join(", ")}: #{error.message}" }
      end
    end
  end
end
