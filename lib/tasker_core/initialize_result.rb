# frozen_string_literal: true

require_relative "value"

module TaskerCore
  # What {Coordinator#initialize_task} answers: the task that now stands in the database.
  #
  # @example
  #   result = TaskerCore::InitializeResult.new("task_id" => 42, "step_count" => 5, "status" => "pending")
  #   result["task_id"] == result.task_id # => true
  class InitializeResult < Value
    # @return [Integer] the task's id
    def task_id
      self["task_id"]
    end

    # @return [Integer] how many steps the task has
    def step_count
      self["step_count"]
    end

    # @return [String] the task's status; "pending" for a new one
    def status
      self["status"]
    end

    # @return [Array<Hash>] what was wrong with the request: always empty, as a wrong request raises
    #   {ValidationError}
    def errors
      self["errors"] || []
    end

    # @return [String] the namespace of the task's template
    def namespace
      self["namespace"]
    end

    # @return [String] the name of the task's template
    def name
      self["name"]
    end

    # @return [Integer] the id of the task's template
    def template_id
      self["template_id"]
    end

    # @return [Boolean] false where a task with the same idempotency key stood there already
    def created?
      self["created"] != false
    end

    private

    def summary
      origin = [namespace, name].compact.join("/")
      ["task #{task_id}", origin, status].reject { |part| part.to_s.empty? }.join(" ") <<
        ", #{counted(step_count, "step")}" << (created? ? "" : " (stood there already)")
    end
  end
end
