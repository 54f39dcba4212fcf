# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Starting tasks and running their steps.
    module Tasks
      # Starts a task. When it returns, the task is on disk.
      #
      # @param request [Hash{String, Symbol => Object}, nil] the same as the keywords, under String or Symbol keys
      # @param fields [Hash] `name` (or `task_name`) of the template, its `namespace` ("default") and `version` (the
      #   newest), `context` (or `payload`), `priority`, `idempotency_key`, `run_at` (a Time, seconds since the epoch,
      #   or ISO 8601), `initiator`, `source_system`, `reason`, `tags`, `correlation_id`, `bypass_steps`
      # @return [InitializeResult]
      # @raise [TemplateNotFound]
      # @raise [ValidationError] where the context breaks the template's schema or can't be stored, or a key is unknown
      # @raise [WrongType]
      # @example
      #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
      #   coordinator.register_template("name" => "greet", "steps" => [
      #     { "name" => "hello", "handler" => { "callable" => "String", "method" => "new" } }
      #   ])
      #   coordinator.initialize_task("name" => "greet", "context" => { "name" => "Ada" }).status # => "pending"
      def initialize_task(request = nil, **fields)
        request = request.nil? ? fields : merged(request, fields)
        initialize_tasks([request]).first
      end

      # Starts several tasks in one transaction: all of them, or, where one is refused, none.
      #
      # @param requests [Array<Hash>] each as for {#initialize_task}
      # @return [Array<InitializeResult>] in the same order
      # @raise [Error] as {#initialize_task}
      def initialize_tasks(requests)
        unless requests.is_a?(Array)
          raise WrongType, "initialize_tasks takes an Array of requests, got #{Arguments.shown(requests)}"
        end

        requests = requests.map { |request| TaskRequest.new(request, config) }
        return [] if requests.empty?

        answer = call("submit", "{\"requests\":[#{requests.map(&:json).join(",")}]}")
        requests.zip(answer["tasks"]).map { |request, task| initialize_result(request, task) }
      end

      # Runs the task's steps in this process, on up to `max_parallel_steps` threads, until nothing more can run now.
      #
      # It may be called again at any time, also from several threads or processes: each step is run by one of them.
      #
      # @param task_id [Integer, InitializeResult]
      # @param wait_for_retries [Boolean] whether to wait for retries that are due later, until the task is done
      # @return [Outcome] "complete", "error", or "in_progress" with `next_run_at`, …
      # @raise [TaskNotFound]
      # @raise [WrongType]
      def orchestrate_task(task_id, wait_for_retries: false)
        outcome = Execution::Run.call(self, Arguments.task_id(task_id), wait_for_retries:)
        outcome.is_a?(Outcome) ? outcome : Outcome.new(outcome)
      end

      # As {#orchestrate_task}, with the error as a Hash instead of an exception.
      #
      # A task that ended in error is no success either: its error_type is "task_failed", its error_context names the
      # failed steps with their errors, and the outcome is under "data" all the same.
      #
      # @param task_id [Integer, InitializeResult]
      # @param wait_for_retries [Boolean]
      # @return [Hash{String => Object}] `success` and `data`, or `success`, `error_type`, `error_message`,
      #   `error_context`
      def orchestrate_with_errors(task_id, wait_for_retries: false)
        outcome = orchestrate_task(task_id, wait_for_retries:)
        return { "success" => true, "data" => outcome.to_h } unless outcome.error?

        task_failed(outcome)
      rescue Error => e
        { "success" => false, "error_type" => e.error_type, "error_message" => e.message, "error_context" => e.context }
      end

      private

      def merged(request, fields)
        return request if fields.empty?
        return request.to_hash.merge(fields) if request.respond_to?(:to_hash)

        raise WrongType, "a request must be a Hash, got #{Arguments.shown(request)}"
      end

      def initialize_result(request, task)
        InitializeResult.new("namespace" => request.fields["namespace"], "name" => request.fields["name"],
                             "errors" => [].freeze, **task)
      end

      def task_failed(outcome)
        steps = get_task_context(outcome.task_id)["steps"].select { |step| step["status"] == "error" }
        failed = steps.map { |step| step.slice("name", "attempts", "max_attempts", "error") }
        names = failed.map { |step| "#{step["name"]} (#{step.dig("error", "message") || "no message"})" }
        {
          "success" => false,
          "error_type" => "task_failed",
          "error_message" => "task #{outcome.task_id} failed in #{names.join(", ")}; correct the cause and call " \
                             "retry_step, or call resolve_step or cancel_task",
          "error_context" => { "task_id" => outcome.task_id, "failed_steps" => failed },
          "data" => outcome.to_h
        }
      end
    end
  end
end
