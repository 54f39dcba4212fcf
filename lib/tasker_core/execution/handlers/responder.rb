# frozen_string_literal: true

module TaskerCore
  module Execution
    module Handlers
      # An object, module or class that answers the handler's method itself. It serves all attempts, in several threads
      # at a time.
      # @api private
      class Responder
        # @return [Object]
        attr_reader :target

        # @param target [Object]
        # @param method [String]
        # @param plan [StepPlan]
        # @raise [HandlerNotFound] the method needs more than the step
        def initialize(target, method, plan)
          @target = target
          @method = method.to_sym
          @with_step = Handlers.step_taken(target.public_method(@method), plan)
        end

        # @param step [Step]
        # @return [Object] the step's result
        def call(step)
          @with_step ? @target.public_send(@method, step) : @target.public_send(@method)
        end
      end
    end
  end
end
