# frozen_string_literal: true

require_relative "times"
require_relative "value"

module TaskerCore
  # How a task stands after {Coordinator#orchestrate_task}, or after a control such as {Coordinator#cancel_task}.
  #
  # @example
  #   outcome = TaskerCore::Outcome.new("task_id" => 42, "status" => "complete", "step_count" => 5,
  #                                     "completed_steps" => 5, "failed_steps" => 0)
  #   outcome.complete? # => true
  class Outcome < Value
    # @param attributes [Hash{String, Symbol => Object}] `next_run_at` is a Time, or milliseconds since the epoch
    def initialize(attributes)
      attributes = attributes.to_h.transform_keys(&:to_s)
      wait = attributes["next_run_at"]
      attributes["next_run_at"] = Times.at(wait) if wait.is_a?(Integer)
      super
    end

    # @return [Integer] the task's id
    def task_id
      self["task_id"]
    end

    # @return [String] the task's status: "complete", "error", "in_progress", …
    def status
      self["status"]
    end

    # @return [Time, nil] when there is something to do again, where the task waits for a retry
    def next_run_at
      self["next_run_at"]
    end

    # @return [Integer, nil] how many steps the task has
    def step_count
      self["step_count"]
    end

    # @return [Integer, nil] how many of them are done
    def completed_steps
      self["completed_steps"]
    end

    # @return [Integer, nil] how many of them have failed for good
    def failed_steps
      self["failed_steps"]
    end

    # @return [Object, nil] why the task ended in error
    def error
      self["error"]
    end

    # @return [Boolean, nil] whether the task is paused
    def paused?
      self["paused"]
    end

    # @return [Boolean] whether every step is done
    def complete?
      status == "complete"
    end

    # @return [Boolean] whether the task failed; it can be retried, resolved by hand, or cancelled
    def error?
      status == "error"
    end

    # @return [Boolean] whether there is more to do, now or later
    def in_progress?
      %w[pending in_progress].include?(status)
    end

    private

    def summary
      text = +"task #{task_id} #{status}"
      text << " #{completed_steps}/#{step_count}" if completed_steps && step_count
      text << ", #{failed_steps} failed" if failed_steps&.positive?
      text << ", goes on at #{next_run_at.iso8601(3)}" if next_run_at
      text << ", paused" if paused? && in_progress?
      text
    end
  end
end
