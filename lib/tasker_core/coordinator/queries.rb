# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Questions about tasks.
    module Queries
      # What a task's status may be.
      STATUSES = %w[pending in_progress complete error cancelled resolved_manually].freeze

      LIMITS = (1..1000)
      IDS = (1...(1 << 63))
      private_constant :LIMITS, :IDS

      # Everything about a task in one call.
      #
      # @param task_id [Integer, InitializeResult]
      # @return [Hash{String => Object}] `task_id`, `namespace`, `name`, `version`, `status`, `execution_status`,
      #   `context`, `step_count`, `completed_steps`, `failed_steps`, times as {Time} in UTC (`created_at`, …), `steps`
      #   (each with `name`, `status`, `attempts`, `max_attempts`, `dependencies`, `result`, `error`, …), `history`
      # @raise [TaskNotFound]
      # @raise [WrongType]
      def get_task_context(task_id)
        call("context", "{\"task_id\":#{Arguments.task_id(task_id)}}")
      end
      alias get_complete_task_context get_task_context

      # @param status [String, Symbol, nil] only tasks of this status
      # @param namespace [String, nil] only tasks of this namespace's templates
      # @param name [String, nil] only tasks of templates of this name
      # @param limit [Integer] how many at most
      # @param before [Integer, nil] only tasks with a smaller id: the last one's of the page before
      # @return [Array<Hash{String => Object}>] newest first
      # @raise [ValidationError] where the status isn't one, or the limit is out of range
      # @raise [WrongType]
      def list_tasks(status: nil, namespace: nil, name: nil, limit: 50, before: nil)
        filter = {
          "status" => status && known_status(Arguments.name(status, "status")),
          "namespace" => namespace && Arguments.name(namespace, "namespace"),
          "name" => name && Arguments.name(name, "name"),
          "limit" => Arguments.optional_integer(limit, "limit", LIMITS),
          "before" => Arguments.optional_integer(before, "before", IDS)
        }
        call("list", filter.compact)["tasks"]
      end

      # @return [Hash{String => Numeric}] what this process has done: "tasks_per_second",
      #   "average_completion_time_ms", "error_rate", "active_tasks", …
      def get_performance_metrics
        call("metrics")
      end

      # Asked once an engine: the child of a fork has another database in memory.
      #
      # @api private
      # @return [String] what tells this database from every other
      def database_id
        engine = self.engine
        known, id = @database
        return id if known.equal?(engine)

        id = call("database")["database_id"]
        @database = [engine, id]
        id
      end

      private

      def known_status(status)
        return status if STATUSES.include?(status)

        Errors.invalid!("no such status", [["status", "#{status.inspect} isn't one of #{STATUSES.join(", ")}"]])
      end
    end
  end
end
