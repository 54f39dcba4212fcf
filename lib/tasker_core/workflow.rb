# frozen_string_literal: true

require_relative "workflow/input"
require_relative "workflow/step_definition"
require_relative "workflow/definition"
require_relative "workflow/sections"

module TaskerCore
  # A template and its handlers as a Ruby class: the same as a YAML file of `steps:`, said in Ruby.
  #
  # A step is handled by its block, by the `handler:` it names, or by the public method of its own name. A subclass
  # begins with its parent's steps and may add to them.
  #
  # @example
  #   class Greeting < TaskerCore::Workflow
  #     namespace "docs"
  #     input { required :name, String }
  #
  #     step(:hello) { |step| { "text" => "hello #{step.context["name"]}" } }
  #     step :shout, after: :hello
  #
  #     def shout(step)
  #       step.results["hello"]["text"].upcase
  #     end
  #   end
  #
  #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
  #   coordinator.register_template(Greeting)
  #   task = coordinator.initialize_task(namespace: "docs", name: "greeting", context: { "name" => "Ada" })
  #   coordinator.orchestrate_task(task).status # => "complete"
  class Workflow
    extend Sections

    class << self
      # @param value [String, Symbol, nil] the namespace; nil to read it
      # @return [String, nil]
      def namespace(value = nil)
        setting("namespace_name", value)
      end

      # @param value [String, Symbol, nil] the template's name; nil to read it
      # @return [String] by default the class's name, as `process_order` for `Fulfillment::ProcessOrder`
      # @raise [ValidationError] the class has no name to take it from
      def task_name(value = nil)
        setting("name", value) || default_name
      end

      # @param value [String, nil] the template's version; nil to read it
      # @return [String, nil]
      def version(value = nil)
        setting("version", value)
      end

      # @param value [String, nil] what the workflow is for; nil to read it
      # @return [String, nil]
      def description(value = nil)
        setting("description", value)
      end

      # Says what a task of this workflow has to be given.
      # @yield in an {Input}: `required :order_id, Integer` and `optional :note, String, default: ""`
      # @return [Hash] the JSON Schema it comes to
      # @raise [ValidationError] the workflow has an input already
      def input(&block)
        raise ValidationError, "#{title}: input needs a block; a schema of your own goes to input_schema" unless block

        input_schema(Input.new(title, &block).schema)
      end

      # @param schema [Hash, nil] a JSON Schema for the context; nil to read it
      # @return [Hash, nil]
      # @raise [ValidationError, WrongType]
      def input_schema(schema = nil)
        return definition.input_schema if schema.nil?
        raise WrongType, "#{title}: input_schema takes a Hash, got #{schema.inspect}" unless schema.is_a?(Hash)

        definition.input_schema = schema
      end

      # Adds a step.
      #
      # @param name [String, Symbol]
      # @param after [String, Symbol, Array] the steps whose results it needs
      # @param handler [String, Class, nil] the handler's name; else the block or the method of the step's name
      # @param options [Hash] `method:` of the handler; `retry:` an Integer (attempts in all), false, or a Hash such as
      #   `{ max_attempts: 3, backoff: :linear }`; `timeout:` seconds; `config:` the handler's initialization;
      #   `result_schema:` a JSON Schema; `skippable:` whether a request may pass it by; `description:`; and, as in
      #   YAML, `type:`, `resolver:`, `lifecycle:`, `batch_config:`, `publishes_events:`
      # @yieldparam step [Step]
      # @yieldreturn [Object] the step's result
      # @return [Symbol] the name, to be given to another step's `after:`
      # @raise [ValidationError, WrongType] names the class, the step and what is wrong
      def step(name, after: [], handler: nil, **options, &block)
        definition.add(StepDefinition.new(title, name, after:, handler:, block:, **options))
        name.to_sym
      end

      # @return [Hash{String=>Object}] the template, as {Coordinator#register_template} takes it
      # @raise [ValidationError] a step has no handler, or depends on one that isn't there
      def template_definition
        definition.check(title) { |step_name| public_method_defined?(step_name) }
        definition.to_template(task_name, handler_prefix)
      end

      # Registers the handlers that are written in this class.
      # @param coordinator [Coordinator]
      # @return [void]
      def register_handlers(coordinator)
        definition.own_steps.each do |step|
          coordinator.register_handler(step.callable(handler_prefix), step.block || by_method(step.name))
        end
      end

      # @return [String] one line: the class and its steps
      def inspect
        return super if self == Workflow

        steps = definition.size
        "#{name || super}(#{steps} #{steps == 1 ? "step" : "steps"})"
      end

      private

      def definition
        @definition ||= superclass == ::Object ? Definition.new : superclass.send(:definition).dup
      end

      def setting(key, value)
        return definition.settings[key] if value.nil?
        unless value.is_a?(String) || value.is_a?(Symbol)
          raise WrongType, "#{title}: #{key.delete_suffix("_name")} takes a String, got #{value.inspect}"
        end

        definition.settings[key] = value.to_s
      end

      def default_name
        raise ValidationError, "#{title}: a class without a name needs task_name" unless name

        name.split("::").last.gsub(/([A-Z]+)([A-Z][a-z])|([a-z\d])([A-Z])/, '\1\3_\2\4').downcase
      end

      def handler_prefix
        name || [namespace, task_name].compact.join("/")
      end

      def title
        name || "anonymous workflow"
      end

      def by_method(step_name)
        ->(step) { new.public_send(step_name, step) }
      end
    end
  end
end
