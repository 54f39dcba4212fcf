# frozen_string_literal: true

module TaskerCore
  module Execution
    module Handlers
      # A class whose instances handle a step: a new one for each attempt.
      # @api private
      class Instance
        # @return [Class]
        attr_reader :target

        # @param target [Class]
        # @param method [String]
        # @param plan [StepPlan]
        # @raise [HandlerNotFound] `initialize` or the method needs what a handler isn't given
        def initialize(target, method, plan)
          @target = target
          @method = method.to_sym
          @maker = Maker.new(target, plan)
          @with_step = Handlers.step_taken(target.public_instance_method(@method), plan)
        end

        # @param step [Step]
        # @return [Object] the step's result
        def call(step)
          handler = @maker.instance
          @with_step ? handler.public_send(@method, step) : handler.public_send(@method)
        end
      end
    end
  end
end
