# frozen_string_literal: true

module TaskerCore
  module Execution
    module Handlers
      # A block, lambda or method: called as it is, whatever method the template names.
      # @api private
      class Block
        # @return [Proc, Method]
        attr_reader :target

        # @param target [Proc, Method]
        # @raise [ArgumentError] it can't be called with one argument
        def initialize(target)
          @target = target
          # A plain block takes what it is given; only lambdas and methods are strict.
          lenient = target.is_a?(Proc) && !target.lambda?
          @with_step = lenient || Handlers.takes_step?(target)
        end

        # @param step [Step]
        # @return [Object] the step's result
        def call(step)
          @with_step ? @target.call(step) : @target.call
        end
      end
    end
  end
end
