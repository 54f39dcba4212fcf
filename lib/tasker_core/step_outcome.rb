# frozen_string_literal: true

require_relative "value"

module TaskerCore
  # How a step stands after {Coordinator#retry_step} or {Coordinator#resolve_step}.
  #
  # @example
  #   TaskerCore::StepOutcome.new("task_id" => 42, "step" => "charge", "status" => "ready").status # => "ready"
  class StepOutcome < Value
    # @return [Integer] the task's id
    def task_id
      self["task_id"]
    end

    # @return [String] the step's name
    def step
      self["step"]
    end

    # @return [String] the step's status
    def status
      self["status"]
    end

    private

    def summary
      "task #{task_id} step #{step} #{status}"
    end
  end
end
