# frozen_string_literal: true

module TaskerCore
  module Execution
    # The crew of one task: over when nothing of the task can run here now.
    # @api private
    class TaskCrew < Crew
      # How soon the engine is asked whether it has voided an attempt that was given up.
      VOID_LOOKS_MS = [20.0, 50.0, 100.0, 200.0, 400.0, 800.0].freeze
      # How long one wait for a step that is run elsewhere in this process takes at most; the first ones are shorter.
      PARK_MS = 500
      # How soon a task that is due is asked for again at the earliest.
      SHORTEST_LOOK_MS = 5.0

      # @return [Grant::Line, nil] how the task stood at the last exchange
      attr_reader :line

      # @param coordinator [Coordinator]
      # @param task_id [Integer]
      # @param lineage [Array] the tasks in whose handlers this one is run, itself included
      # @param nested [Boolean] whether it is run in a handler of its own
      def initialize(coordinator, task_id, lineage, nested: false)
        super(coordinator, scope: task_id, limit: coordinator.config.max_parallel_steps)
        @lineage = lineage
        @nested = nested
        @known = {}
        @line = nil
        @given_up = false
        @looks = 0
        @waits = 0
      end

      private

      def lineage(_attempt)
        @lineage
      end

      def known_tasks
        @known
      end

      def next_trade
        return unless may_trade?

        want = free
        return start_trade(want) if @outbox.any? || (!@dry && want.positive?)

        wait_for_others(want) if idle? && held_by_others?
      end

      # A step of this task is in the hands of a worker in this process, of a call that was broken off, or of a handler
      # that was given up and is about to be voided: something can run here when it ends.
      def held_by_others?
        @dry && @line.held_here.positive? && !@nested
      end

      # Not for long: what the engine tells at once is steps to take and the end of the task, not a retry for later.
      def wait_for_others(want)
        @waits += 1
        park(want, [10 << [@waits, 8].min, PARK_MS].min)
      end

      def absorbed(trade, grant)
        # A wait that ended without news tells nothing of the task.
        return @dry = false unless (line = grant.line)

        @line = line
        @dry = dry?(trade, grant)
        first = grant.attempts.first
        @known[@scope] ||= first.task if first
        # Soon enough, and yet not in a loop where a task is due and gives nothing.
        look_at([line.next_run_at, Execution.now_ms + SHORTEST_LOOK_MS].max) if line.next_run_at && @running.any?
      end

      def dry?(trade, grant)
        got = grant.attempts.size
        return grant.line.claimable.zero? || trade.want.positive? if got.zero?

        # Where steps were granted, the line doesn't tell when one that failed is to be tried again: so it is asked.
        got < trade.want && trade.attempts.none? { |attempt| attempt.outcome == Attempt::FAILED }
      end

      def help_wanted?
        super || (!@dry && may_trade? && free.positive?)
      end

      def done?
        idle? && (@stopping || (@dry && !held_by_others?))
      end

      def abandoned(_attempt)
        @given_up = true
        @looks = 0
        ask_again
      end

      def look_after(now)
        super
        look_for_retries(now)
        look_for_void(now)
      end

      # A step becomes ready while others still run.
      def look_for_retries(now)
        due = @line&.next_run_at
        return unless due && @running.any?

        due <= now ? ask_again : look_at(due)
      end

      def look_for_void(now)
        return unless @given_up && @looks < VOID_LOOKS_MS.size

        look_at(now + VOID_LOOKS_MS[@looks])
        @looks += 1
        ask_again
      end

      def ask_again
        @dry = false
        call_helper
      end
    end
  end
end
