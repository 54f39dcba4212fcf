# frozen_string_literal: true

require_relative "value"

module TaskerCore
  # What {Coordinator#subscribe} tells: this process begins an attempt of a step, or what came of it is on disk.
  #
  # @example
  #   event = TaskerCore::StepEvent.new("type" => "step_finished", "task_id" => 1, "step" => "charge", "attempt" => 1,
  #                                     "max_attempts" => 3, "outcome" => "failed", "duration" => 0.012)
  #   event.will_retry? # => true
  class StepEvent < Value
    # @return [String] "step_started" or "step_finished"
    def type
      self["type"]
    end

    # @return [Integer] the task's id
    def task_id
      self["task_id"]
    end

    # @return [Integer] the step's id, unique in the database
    def step_id
      self["step_id"]
    end

    # @return [String] the step's name
    def step
      self["step"]
    end

    # @return [Integer] which attempt it is, from 1
    def attempt
      self["attempt"]
    end

    # @return [Integer] how many attempts there are, the first included
    def max_attempts
      self["max_attempts"]
    end

    # @return [Time] when the handler began, or ended (UTC)
    def at
      self["at"]
    end

    # @return [String, nil] of a finished attempt: "complete", "failed", "failed_for_good" (no other attempt can help),
    #   "given_back" (it is run elsewhere), or "void" (its time was up, and its result was refused)
    def outcome
      self["outcome"]
    end

    # @return [Float, nil] of a finished attempt: how many seconds the handler took
    def duration
      self["duration"]
    end

    # @return [Hash{String => Object}, nil] of a failed attempt: `class`, `message`, `error_code`, `context`, …
    def error
      self["error"]
    end

    # @return [Boolean]
    def started?
      type == "step_started"
    end

    # @return [Boolean]
    def finished?
      type == "step_finished"
    end

    # @return [Boolean] whether the attempt failed and another one follows
    def will_retry?
      outcome == "failed" && attempt < max_attempts
    end

    private

    def summary
      text = +"task #{task_id} #{step} attempt #{attempt}/#{max_attempts} #{outcome || "started"}"
      text << format(" after %.3f s", duration) if duration
      text
    end
  end
end
