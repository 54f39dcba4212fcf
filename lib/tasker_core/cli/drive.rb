# frozen_string_literal: true

module TaskerCore
  module CLI
    # Runs the task until nothing is left to wait for, or somebody has had enough.
    # @api private
    class Drive
      # How long it waits at most before it looks again: another process may have gone on, or cancelled the task.
      LONGEST_REST = 0.5
      # After that a retry that was due, and didn't come, is asked for again.
      SHORTEST_REST = 0.01
      # How long handlers may take to end after Ctrl-C.
      PATIENCE = 60
      WAITING = "waiting for %s; once more to leave at once"
      private_constant :LONGEST_REST, :SHORTEST_REST, :PATIENCE, :WAITING

      # @param coordinator [Coordinator]
      # @param task_id [Integer]
      # @param progress [Progress]
      # @yieldparam notice [String] what there is to say on the way
      def initialize(coordinator, task_id, progress, &notice)
        @coordinator = coordinator
        @task_id = task_id
        @progress = progress
        @notice = notice
      end

      # @return [Boolean] false where it was interrupted
      def run
        loop do
          outcome = @coordinator.orchestrate_task(@task_id)
          return true unless outcome.in_progress? && !outcome.paused? && outcome.next_run_at

          rest(outcome.next_run_at)
        end
      rescue SignalException => e
        stop(e)
        false
      end

      private

      def rest(until_time)
        sleep((until_time - Time.now).clamp(SHORTEST_REST, LONGEST_REST))
        @progress.show
      end

      # What runs is let finish, since its result would be lost; a second Ctrl-C doesn't wait for it.
      def stop(signal)
        running = @progress.running
        @notice.call("#{name(signal)}: #{WAITING % Text.counted(running, "running step")}") if running.positive?
        @progress.wait_until_idle(PATIENCE)
      rescue SignalException
        @notice.call("leaving: the steps that run will be run again")
      end

      def name(signal)
        signal.is_a?(Interrupt) ? "interrupted" : signal.signm
      end
    end
  end
end
