# frozen_string_literal: true

module TaskerCore
  class Workflow
    # One `step` line of a workflow class.
    # @api private
    class StepDefinition
      # What may be given beside `after:` and `handler:`.
      OPTIONS = %i[method resolver retry timeout config result_schema skippable description
                   type lifecycle batch_config publishes_events].freeze
      # Those that go into the template as they are; the engine checks them.
      AS_IN_YAML = %i[description result_schema skippable type lifecycle batch_config publishes_events].freeze
      private_constant :OPTIONS, :AS_IN_YAML

      # @return [String]
      attr_reader :name
      # @return [Array<String>] names of the parents
      attr_reader :after
      # @return [String, nil] the handler's name, where it isn't in the class
      attr_reader :handler
      # @return [Proc, nil]
      attr_reader :block
      # @return [String] class and step, for messages
      attr_reader :title

      # @param workflow [String] the class, for messages
      # @param name [String, Symbol]
      # @param after [String, Symbol, Array]
      # @param handler [String, Class, nil]
      # @param block [Proc, nil]
      # @param options [Hash]
      # @raise [ValidationError, WrongType]
      def initialize(workflow, name, after:, handler:, block:, **options)
        @title = "#{workflow} step #{name.inspect}"
        @name = text(name, "its name")
        @after = Array(after).map { |parent| text(parent, "after:") }
        @handler = handler.nil? ? nil : handler_name(handler)
        @block = block
        @options = options
        check
      end

      # @param prefix [String] of the names of handlers in the class
      # @return [String] what the template calls the handler
      def callable(prefix)
        handler || "#{prefix}##{name}"
      end

      # @param prefix [String]
      # @return [Hash{String=>Object}]
      def to_template(prefix)
        handler = { "callable" => callable(prefix), "method" => @options[:method]&.to_s,
                    "initialization" => @options[:config], "resolver" => @options[:resolver]&.to_s }.compact
        { "name" => name, "handler" => handler, "dependencies" => after, "retry" => retry_policy,
          "timeout_seconds" => @options[:timeout], **@options.slice(*AS_IN_YAML).transform_keys(&:to_s) }.compact
      end

      private

      def check
        unknown = (@options.keys - OPTIONS).first
        bad(ValidationError, "unknown option #{unknown.inspect}#{hint(unknown)}") if unknown
        bad(ValidationError, "give a block or a handler:, not both") if handler && block
        bad(ValidationError, "method: goes with handler:") if @options[:method] && handler.nil?
        bad(WrongType, "config: takes a Hash, got #{@options[:config].inspect}") unless hash_or_nil?(:config)
        unless hash_or_nil?(:result_schema)
          bad(WrongType, "result_schema: takes a Hash, got #{@options[:result_schema].inspect}")
        end
        check_timeout
        retry_policy
      end

      def check_timeout
        timeout = @options[:timeout]
        return if timeout.nil? || (timeout.is_a?(Numeric) && timeout.positive?)

        bad(ValidationError, "timeout: takes a number of seconds above 0, got #{timeout.inspect}")
      end

      def retry_policy
        case (policy = @options[:retry])
        when nil then nil
        when false then { "retryable" => false }
        when Integer then { "max_attempts" => policy }
        when Hash then policy.to_h { |key, value| [key.to_s, value.is_a?(Symbol) ? value.to_s : value] }
        else bad(WrongType, "retry: takes a number of attempts, false or a Hash, got #{policy.inspect}")
        end
      end

      def hash_or_nil?(option)
        @options[option].nil? || @options[option].is_a?(Hash)
      end

      def handler_name(handler)
        case handler
        when String then handler
        when Symbol then handler.to_s
        when Module then handler.name || bad(ValidationError, "handler: a class without a name can't be found again")
        else bad(WrongType, "handler: takes a name or a class, got #{handler.inspect}")
        end
      end

      def text(value, what)
        return value.to_s if (value.is_a?(String) || value.is_a?(Symbol)) && !value.empty?

        bad(WrongType, "#{what} takes a Symbol or String, got #{value.inspect}")
      end

      def hint(unknown)
        Execution::Nearest.hint(unknown.to_s, [*OPTIONS, :after, :handler].map(&:to_s))
      end

      def bad(kind, message)
        raise kind, "#{@title}: #{message}"
      end
    end
  end
end
