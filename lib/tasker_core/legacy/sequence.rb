# frozen_string_literal: true

module TaskerCore
  module Legacy
    # The steps of the task, as an older handler sees them.
    class Sequence
      # @param step [TaskerCore::Step] the one that is run
      # @param current [Step] the same, for older handlers
      # @api private
      def initialize(step, current)
        @step = step
        @found = { current.name => current }
        @names = nil
      end

      # @param name [String, Symbol]
      # @return [Step, nil] nil where the template has no such step
      def find_step_by_name(name)
        name = name.to_s
        @found[name] || (@found[name] = Step.new(name, @step, current: false) if names.include?(name))
      end

      # @return [Array<Step>] all steps of the task, in the template's order
      def steps
        names.map { |name| find_step_by_name(name) }
      end

      # @return [String] one line
      def inspect
        "#<TaskerCore::Legacy::Sequence #{names.size} steps>"
      end

      private

      def names
        @names ||= @step.step_names
      end
    end
  end
end
