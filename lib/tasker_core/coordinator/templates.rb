# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Templates and the handlers of their steps.
    module Templates
      # Registers a template; the same one again changes nothing.
      #
      # @param source [Hash, String, Pathname, Class] a definition, the path of a YAML or JSON file, YAML text (a
      #   String of more than one line), or a {Workflow} class
      # @return [TemplateInfo]
      # @raise [ValidationError] that names everything that is wrong, each with its path
      # @raise [CycleError] that shows the circle
      # @raise [WrongType]
      # @example
      #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
      #   info = coordinator.register_template("name" => "greet", "steps" => [
      #     { "name" => "hello", "handler" => { "callable" => "String", "method" => "new" } }
      #   ])
      #   info.step_count # => 1
      def register_template(source)
        json = TemplateSource.json(source)
        source.register_handlers(self) if source.respond_to?(:register_handlers)
        answer = call("register_template", "{\"definition\":#{json}}")
        @slot.remember("{\"definition\":#{json}}")
        description = keep_template(answer["template_id"], answer.delete("template"))
        warn_of_missing_handlers(description)
        TemplateInfo.new(answer)
      end

      # Says what runs a step. A handler that is a constant of its own name needn't be registered.
      #
      # @param name [String] as in the template's `handler.callable`
      # @param handler [Class, #call, nil] a class with `call(step)`, or an object that has it
      # @yield [step] instead of a handler
      # @yieldparam step [Step]
      # @yieldreturn [Object] the step's result
      # @return [void]
      # @raise [ValidationError, WrongType] where it isn't a handler
      # @raise [CoordinatorClosed]
      def register_handler(name, handler = nil, &)
        @slot.check_open
        handlers.register(name, handler, &)
        nil
      end

      # @return [Array<TemplateInfo>] all templates in the database
      def templates
        call("templates")["templates"].map { |template| TemplateInfo.new(template) }
      end

      # @api private
      # @param template_id [Integer]
      # @return [Hash] what the template says, in one form for both formats, frozen
      # @raise [TemplateNotFound]
      def template(template_id)
        @templates[template_id] || keep_template(template_id, call("template", { "template_id" => template_id }))
      end

      private

      def keep_template(template_id, description)
        @templates = @templates.merge(template_id => Execution::Frozen.deep(description))
        description
      end

      def warn_of_missing_handlers(description)
        template = "#{description["namespace"]}/#{description["name"]}"
        description["steps"].each do |step|
          next if handlers.resolvable?(step["handler"])

          logger.warn("tasker_core") do
            "template #{template}: step #{step["name"]} has no handler #{step["handler"]["callable"].inspect} yet; " \
              "register it with register_handler, or define the class, before the step runs"
          end
        end
      end
    end
  end
end
