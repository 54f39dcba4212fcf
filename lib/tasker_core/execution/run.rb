# frozen_string_literal: true

module TaskerCore
  module Execution
    # One call of {Coordinator#orchestrate_task}: runs a task's steps here until nothing more can run now.
    #
    # The calling thread only watches. So it can be interrupted at any time, and a handler that hangs can't hold it:
    # its step is given up at the deadline.
    # @api private
    class Run
      # While waiting for a retry: how long before the task is looked at again, as it may have been cancelled.
      LONGEST_REST_MS = 5_000.0
      # A task that is due and yet gives nothing is not asked in a loop.
      SHORTEST_REST_MS = 10.0
      # Steps of the task are run by others, another process perhaps, and nobody can say when they end: so much later it
      # is worth looking again.
      HELD_REST_MS = 200.0
      # States in which a task has nothing left to wait for.
      FINAL = %w[complete error cancelled resolved_manually].freeze

      # @param coordinator [Coordinator]
      # @param task_id [Integer]
      # @param wait_for_retries [Boolean] whether to stay until nothing is left to wait for, either
      # @return [Outcome]
      def self.call(coordinator, task_id, wait_for_retries: false)
        new(coordinator, task_id).call(wait_for_retries)
      end

      # @param coordinator [Coordinator]
      # @param task_id [Integer]
      def initialize(coordinator, task_id)
        @coordinator = coordinator
        @task_id = task_id
      end

      # @param wait_for_retries [Boolean]
      # @return [Outcome]
      def call(wait_for_retries)
        Thread.handle_interrupt(NEVER) do
          line = pass
          while wait_for_retries && (time_ms = next_run_ms(line))
            rest_until(time_ms)
            line = pass
          end
          outcome(line)
        end
      end

      private

      def pass
        Turnstile.pass(@coordinator, @task_id) do |lineage, nested|
          crew = TaskCrew.new(@coordinator, @task_id, lineage, nested:)
          begin
            crew.start
            crew.watch
          ensure
            crew.stop
          end
          raise_here(crew.error) if crew.error
          crew.line
        end
      end

      # The trace leads to who called, not to a pool thread; for a fault of the library it stays where it is.
      def raise_here(error)
        error.set_backtrace(caller) if error.is_a?(Error)
        raise error
      end

      # When there may be something to do again.
      def next_run_ms(line)
        return if FINAL.include?(line.state) || line.paused
        return line.next_run_at unless line.held_here.positive? || line.held_elsewhere.positive?

        [line.next_run_at, (Execution.now_ms + HELD_REST_MS).ceil].compact.min
      end

      def rest_until(time_ms)
        rest_ms = (time_ms - Execution.now_ms).clamp(SHORTEST_REST_MS, LONGEST_REST_MS)
        Thread.handle_interrupt(IMMEDIATE) { sleep(rest_ms / 1000) }
      end

      def outcome(line)
        Outcome.new("task_id" => @task_id, "status" => line.state, "next_run_at" => next_run_ms(line),
                    "step_count" => line.step_count, "completed_steps" => line.completed_steps,
                    "failed_steps" => line.failed_steps, "paused" => line.paused)
      end
    end
  end
end
