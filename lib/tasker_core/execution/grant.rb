# frozen_string_literal: true

module TaskerCore
  module Execution
    # The answer to a {Trade}: the task's state, what was refused, and the attempts that were taken.
    # @api private
    class Grant
      # A task's line in the answer.
      #
      # When it runs next, and who holds or could claim steps, is only told where no step was granted.
      Line = Struct.new(:state, :next_run_at, :held_here, :held_elsewhere, :claimable,
                        :step_count, :completed_steps, :failed_steps, :paused)

      # @return [Line, nil] how the task stands, where the exchange was about one
      attr_reader :line
      # @return [Array<Array>] index, kind and message of each refused report
      attr_reader :refused
      # @return [Array<Attempt>]
      attr_reader :attempts

      # @param answer [Array] of {Coordinator#exchange}
      # @param coordinator [Coordinator]
      # @param known [Hash{Integer=>TaskData}] tasks of earlier answers, which needn't be parsed again
      def initialize(answer, coordinator, known)
        line, refused, tasks, steps = answer
        @line = line && Line.new(*line)
        @refused = refused || []
        @attempts = steps.empty? ? [] : attempts_of(steps, tasks, coordinator, known)
      end

      private

      def attempts_of(steps, tasks, coordinator, known)
        now = Execution.now_ms
        data = tasks.map { |row| known[row[0]] || task_data(row, coordinator) }
        steps.map { |step| Attempt.new(step, data[step[4]], now) }
      end

      def task_data(row, coordinator)
        task_id, template_id, context_json = row
        TaskData.new(task_id, coordinator.handlers.plan(coordinator.template(template_id), template_id), context_json)
      end
    end
  end
end
