# frozen_string_literal: true

module TaskerCore
  module Legacy
    # Calls a handler of the older style: `process(task, sequence, step)`, then, where it has one,
    # `process_results(step, output, initial_results)`. The result is what `process` returns, or what the latter puts
    # into `step.results` (else what it returns).
    # @api private
    class Handler
      # @return [Object] the class or object
      attr_reader :target

      # @param target [Object]
      # @param method [String]
      # @param plan [Execution::StepPlan]
      def initialize(target, method, plan)
        @target = target
        @method = method.to_sym
        of_class = target.is_a?(Class) && target.public_method_defined?(method)
        @maker = of_class ? Execution::Handlers::Maker.new(target, plan) : nil
      end

      # @param step [TaskerCore::Step]
      # @return [Object] the step's result
      def call(step)
        handler = @maker ? @maker.instance : @target
        current = Step.new(step.name, step, current: true)
        output = handler.public_send(@method, Task.new(step), Sequence.new(step, current), current)
        return output unless handler.respond_to?(:process_results)

        kept(handler, current, output)
      end

      private

      # The attempt before left no results, so there are no initial ones.
      def kept(handler, current, output)
        returned = handler.process_results(current, output, nil)
        current.results.nil? ? returned : current.results
      end
    end
  end
end
