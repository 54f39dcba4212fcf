# frozen_string_literal: true

module TaskerCore
  module CLI
    # From the command line to a task in the database: registers the template, then submits a task of it or takes up
    # the one that was named.
    # @api private
    class Submission
      # @param coordinator [Coordinator]
      # @param options [Options]
      # @param source [Source]
      def initialize(coordinator, options, source)
        @coordinator = coordinator
        @options = options
        @registration = Registration.new(coordinator, source)
      end

      # @param definition [String, Class] what {Source#load} gave
      # @return [Hash] the template's description
      # @raise [UsageError] a handler is missing
      def register(definition)
        @registration.register(definition)
      end

      # @return [Integer] the task's id
      # @raise [UsageError] the task that was named is another template's
      def task_id
        @options.task_id ? take_up : submit
      end

      private

      def info
        @registration.info
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
