# frozen_string_literal: true

module TaskerCore
  module CLI
    # From the command line to a task in the database: registers the template, then submits a task of it or takes up
    # the one that was named.
    # @api private
    class Submission
      # How many missing handlers are named.
      NAMED = 5
      private_constant :NAMED

      # @return [TemplateInfo]
      attr_reader :info

      # @param coordinator [Coordinator]
      # @param options [Options]
      # @param source [Source]
      def initialize(coordinator, options, source)
        @coordinator = coordinator
        @options = options
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

      # @return [Integer] the task's id
      # @raise [UsageError] the task that was named is another template's
      def task_id
        @options.task_id ? take_up : submit
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

      def submit
        @coordinator.initialize_task("namespace" => info.namespace, "name" => info.name, "version" => info.version,
                                     "context" => @options.context, "initiator" => "bin/run").task_id
      end

      def take_up
        task = @coordinator.get_task_context(@options.task_id)
        unless identity(task) == identity(info)
          raise UsageError, "task #{task["task_id"]} is a run of #{identity(task)}, and #{@options.template} is " \
                            "#{identity(info)}"
        end

        retry_failed(task) if @options.retry_failed
        task["task_id"]
      end

      def identity(of)
        "#{of["namespace"]}/#{of["name"]} #{of["version"]}"
      end

      def retry_failed(task)
        task["steps"].select { |step| step["status"] == "error" }
                     .each { |step| @coordinator.retry_step(task["task_id"], step["name"], reason: "bin/run --retry") }
      end
    end
  end
end
