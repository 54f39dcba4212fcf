# frozen_string_literal: true

require_relative "handlers/block"
require_relative "handlers/responder"
require_relative "handlers/maker"
require_relative "handlers/instance"
require_relative "../legacy"

module TaskerCore
  module Execution
    # The kinds of handlers, all called with a step: blocks, objects, classes, and the older `process` style.
    # @api private
    module Handlers
      # What is called where the template names no method.
      DEFAULT = "call"

      class << self
        # @param target [Object] what was registered, or the constant
        # @param plan [StepPlan]
        # @return [Block, Responder, Instance, Legacy::Handler]
        # @raise [HandlerNotFound] there is no such method, or it can't be called as handlers are
        def build(target, plan)
          return Block.new(target) if target.is_a?(Proc) || target.is_a?(Method)

          method = method_of(target, plan)
          return Legacy::Handler.new(target, method, plan) if takes_three?(target, method)

          of_class?(target, method) ? Instance.new(target, method, plan) : Responder.new(target, method, plan)
        end

        # Refuses what could never be called, when it is registered rather than when it is needed.
        # @param name [String]
        # @param target [Object]
        # @return [void]
        # @raise [ValidationError, WrongType]
        def check(name, target)
          raise ValidationError, "handler #{name}: give a class, something with `call`, or a block" if target.nil?
          return check_block(name, target) if target.is_a?(Proc) || target.is_a?(Method)
          return if target.is_a?(Module) || target.respond_to?(:call) || target.respond_to?(:process)

          kind = Payload::Reasons.with_article(target.class)
          raise WrongType, "handler #{name}: #{kind} can't be called; give a class, something with `call`, or a block"
        end

        # @param method [Method, UnboundMethod, Proc]
        # @return [Boolean] true: it takes the step; false: it takes nothing
        # @raise [ArgumentError] it needs more
        def takes_step?(method)
          arity = method.arity
          return false if arity.zero?
          return true if arity == 1 || (arity.negative? && arity >= -2)

          raise ArgumentError, "a handler is called with one argument, the step, and this one needs " \
                               "#{arity.negative? ? -arity - 1 : arity}"
        end

        # The same for a method that a template names.
        # @param method [Method, UnboundMethod]
        # @param plan [StepPlan]
        # @return [Boolean]
        # @raise [HandlerNotFound]
        def step_taken(method, plan)
          takes_step?(method)
        rescue ArgumentError => e
          raise HandlerNotFound.new("#{plan.title}: `#{method.name}` of #{method.owner}: #{e.message}",
                                    context: { "step" => plan.name, "callable" => plan.handler["callable"] })
        end

        private

        def check_block(name, target)
          Block.new(target)
        rescue ArgumentError => e
          raise ValidationError, "handler #{name}: #{e.message}"
        end

        def method_of(target, plan)
          asked = plan.handler["method"]
          candidates = plan.handler["style"] == "process" ? [asked, "process", DEFAULT] : [asked || DEFAULT]
          candidates.compact.find { |name| of_class?(target, name) || target.respond_to?(name) } ||
            no_method(target, candidates.compact.first, plan)
        end

        def of_class?(target, method)
          target.is_a?(Class) && target.public_method_defined?(method)
        end

        # `process(task, sequence, step)`, whichever format its template is in.
        def takes_three?(target, method)
          return false unless method == "process"

          found = of_class?(target, method) ? target.public_instance_method(method) : target.public_method(method)
          found.arity == 3 || found.arity == -4
        end

        def no_method(target, method, plan)
          described = target.is_a?(Module) ? target.name || target.inspect : "a #{target.class}"
          raise HandlerNotFound.new(
            "#{plan.title}: handler #{plan.handler["callable"].inspect} is #{described}, which has no public method " \
            "`#{method}`; define it, or name another as the handler's `method`",
            context: { "step" => plan.name, "callable" => plan.handler["callable"], "method" => method }
          )
        end
      end
    end
  end
end
