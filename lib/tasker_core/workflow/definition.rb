# frozen_string_literal: true

module TaskerCore
  class Workflow
    # What a workflow class has said so far.
    # @api private
    class Definition
      # @return [Hash{String=>String}] namespace, name, version, description
      attr_reader :settings
      # @return [Hash{String=>Hash}] lifecycle, environments, metadata
      attr_reader :sections
      # @return [Hash, nil]
      attr_accessor :input_schema

      def initialize
        @settings = {}
        @sections = {}
        @steps = {}
        @input_schema = nil
      end

      # A subclass changes its own copy, and has a name of its own.
      def initialize_copy(original)
        super
        @settings = original.settings.except("name")
        @sections = original.sections.dup
        @steps = @steps.dup
      end

      # @return [Integer] how many steps
      def size
        @steps.size
      end

      # @param step [StepDefinition]
      # @return [void]
      # @raise [ValidationError] there is one of that name
      def add(step)
        raise ValidationError, "#{step.title}: there is a step of this name already" if @steps.key?(step.name)

        @steps[step.name] = step
      end

      # @return [Array<StepDefinition>] those whose handler is written in the class
      def own_steps
        @steps.values.reject(&:handler)
      end

      # @param title [String] the class, for messages
      # @yieldparam name [String] a step's
      # @yieldreturn [Boolean] whether the class has a method of that name
      # @return [void]
      # @raise [ValidationError]
      def check(title)
        raise ValidationError, "#{title}: a workflow needs at least one step" if @steps.empty?

        @steps.each_value do |step|
          unless step.handler || step.block || yield(step.name)
            raise ValidationError, "#{step.title}: give a block or a handler:, or define a public method `#{step.name}`"
          end

          check_dependencies(step)
        end
      end

      # @param name [String] the template's
      # @param prefix [String] of the handlers' names
      # @return [Hash{String=>Object}]
      def to_template(name, prefix)
        template = { "name" => name, **@settings, **@sections }
        template["input_schema"] = @input_schema if @input_schema
        template.merge("steps" => @steps.values.map { |step| step.to_template(prefix) })
      end

      private

      def check_dependencies(step)
        unknown = step.after.find { |parent| !@steps.key?(parent) } or return
        raise ValidationError, "#{step.title}: after: there is no step #{unknown.inspect}" \
                               "#{Execution::Nearest.hint(unknown, @steps.keys)}"
      end
    end
  end
end
