# frozen_string_literal: true

module TaskerCore
  module Legacy
    # The task, as an older handler sees it.
    class Task
      # @return [Integer]
      attr_reader :task_id
      # @return [Hash{String=>Object}] what the task was given; deep-frozen
      attr_reader :context

      # @param step [TaskerCore::Step]
      # @api private
      def initialize(step)
        @task_id = step.task_id
        @context = step.context
      end

      alias id task_id

      # @return [String] one line, without payloads
      def inspect
        "#<TaskerCore::Legacy::Task #{task_id}>"
      end
    end
  end
end
