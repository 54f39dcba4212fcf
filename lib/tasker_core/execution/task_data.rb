# frozen_string_literal: true

module TaskerCore
  module Execution
    # What the steps of one task share: its plan and its context, parsed once.
    # @api private
    class TaskData
      # @return [Integer]
      attr_reader :task_id
      # @return [Plan]
      attr_reader :plan

      # @param task_id [Integer]
      # @param plan [Plan]
      # @param context_json [String]
      def initialize(task_id, plan, context_json)
        @task_id = task_id
        @plan = plan
        @context_json = context_json
        @context = nil
      end

      # @return [Hash] the task's context, deep-frozen
      def context
        # Two threads may both parse it: the values are equal and frozen.
        @context ||= Frozen.parse(@context_json)
      end
    end
  end
end
