# frozen_string_literal: true

module TaskerCore
  module CLI
    # Registers a template, and sees to it that there is something to run each of its steps.
    # @api private
    class Registration
      # How many missing handlers are named.
      NAMED = 5
      private_constant :NAMED

      # @return [TemplateInfo] of what was registered
      attr_reader :info

      # @param coordinator [Coordinator]
      # @param source [Source]
      def initialize(coordinator, source)
        @coordinator = coordinator
        @source = source
      end

      # @param definition [String, Class] what {Source#load} gave
      # @return [Hash] the template's description
      # @raise [UsageError] a handler is missing
      def register(definition)
        @info = quietly { @coordinator.register_template(definition) }
        template = @coordinator.template(@info.template_id)
        missing = template["steps"].reject { |step| @coordinator.handlers.resolvable?(step["handler"]) }
        refuse(missing) if missing.any?
        template
      end

      private

      # The library's warnings about missing handlers are said here, once and for all of them.
      def quietly
        level = TaskerCore.logger.level
        TaskerCore.logger.level = Logger::ERROR
        yield
      ensure
        TaskerCore.logger.level = level
      end

      def refuse(missing)
        names = missing.first(NAMED).map { |step| "#{step["name"]} (#{step["handler"]["callable"]})" }
        names << "#{missing.size - NAMED} more" if missing.size > NAMED
        raise UsageError, "there is no handler for #{names.join(", ")}; looked in #{@source.places}. Define it " \
                          "there, or name its file with --require"
      end
    end
  end
end
