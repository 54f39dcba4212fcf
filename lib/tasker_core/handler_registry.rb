# frozen_string_literal: true

module TaskerCore
  # A coordinator's handlers: what was registered, and how a step finds the one that it names.
  #
  # A registered one comes first. Else, unless the template asks for registered handlers alone, the constant of that
  # name is taken; it is looked up anew for each attempt, so that a reloaded class is seen.
  class HandlerRegistry
    # Names that Ruby could have as a constant.
    CONSTANT = /\A(?:::)?[[:upper:]][[:alnum:]_]*(?:::[[:upper:]][[:alnum:]_]*)*\z/
    private_constant :CONSTANT

    def initialize
      @lock = Mutex.new
      @handlers = {}.freeze
      @plans = {}
    end

    # @param name [String, Symbol] what templates call it
    # @param callable [Class, #call, nil] a class, or anything with `call`; nil where a block is given
    # @yieldparam step [Step]
    # @yieldreturn [Object] the step's result
    # @return [String] the name
    # @raise [ValidationError, WrongType]
    # @example
    #   coordinator.handlers.register("payments.validate") { |step| { "valid" => step.context["cents"] > 0 } }
    def register(name, callable = nil, &block)
      name = check_name(name)
      raise ValidationError, "handler #{name}: give a callable or a block, not both" if callable && block

      handler = callable || block
      Execution::Handlers.check(name, handler)
      @lock.synchronize do
        # Replaced, never changed: readers need no lock.
        @handlers = @handlers.merge(name => handler).freeze
      end
      name
    end

    # @param name [String]
    # @return [Object, nil] what was registered under the name
    def [](name)
      @handlers[name]
    end

    # @return [Array<String>] the registered names
    def names
      @handlers.keys
    end

    # @param handler [Hash] a step's handler, as a template's description has it
    # @return [Boolean] whether a step with this handler could be run
    def resolvable?(handler)
      !find(handler).nil?
    rescue StandardError, LoadError
      false
    end

    # @return [String]
    def inspect
      size = @handlers.size
      "#<TaskerCore::HandlerRegistry #{size} #{size == 1 ? "handler" : "handlers"}>"
    end

    # @api private
    # @param template [Hash] a template's description
    # @param template_id [Integer]
    # @return [Execution::Plan]
    def plan(template, template_id)
      found = @plans[template_id]
      return found if found && found.template.equal?(template)

      @lock.synchronize { @plans[template_id] = Execution::Plan.new(template) }
    end

    # @api private
    # @param handler [Hash] a step's handler, as a template's description has it
    # @return [Object, nil] what was registered under its name, or the constant of that name
    def find(handler)
      name = handler["callable"]
      @handlers.fetch(name) { constant(name) unless handler["explicit"] }
    end

    # @api private
    # @param plan [Execution::StepPlan]
    # @return [HandlerNotFound] to be raised where {find} found nothing
    def not_found(plan)
      callable = plan.handler["callable"]
      no_constant = plan.handler["explicit"] ? " (its resolver is explicit_mapping)" : ", and there is no such constant"
      HandlerNotFound.new(
        "#{plan.title}: no handler #{callable.inspect} is registered#{no_constant}" \
        "#{Execution::Nearest.hint(callable, names)}; call register_handler(#{callable.inspect}) before the step runs",
        context: { "step" => plan.name, "callable" => callable }
      )
    end

    private

    def constant(name)
      Object.const_get(name) if CONSTANT.match?(name)
    rescue NameError => e
      # A misspelt name inside the file that an autoloader loads is another matter than a handler that isn't there.
      raise unless missing?(e, name)
    end

    def missing?(error, name)
      !error.is_a?(NoMethodError) && error.name && name.split("::").include?(error.name.to_s)
    end

    def check_name(name)
      unless name.is_a?(String) || name.is_a?(Symbol)
        raise WrongType, "a handler's name must be a String or Symbol, got #{name.inspect}"
      end

      text = name.to_s.dup.freeze
      raise ValidationError, "a handler's name can't be empty" if text.empty?

      text
    end
  end
end
