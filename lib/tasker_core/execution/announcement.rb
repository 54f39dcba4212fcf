# frozen_string_literal: true

require_relative "../step_event"

module TaskerCore
  module Execution
    # Makes the events that subscribers are told of attempts.
    # @api private
    module Announcement
      OUTCOMES = {
        Attempt::COMPLETE => "complete",
        Attempt::FAILED => "failed",
        Attempt::FAILED_FOR_GOOD => "failed_for_good",
        Attempt::GIVEN_BACK => "given_back"
      }.freeze
      private_constant :OUTCOMES

      class << self
        # @param coordinator [Coordinator]
        # @param attempt [Attempt] whose handler is about to be called
        # @return [void]
        def started(coordinator, attempt)
          coordinator.publish(event("step_started", attempt, attempt.began_ms))
        end

        # @param coordinator [Coordinator]
        # @param attempt [Attempt] whose report was handed in
        # @param refused [Boolean] whether the engine didn't take it
        # @return [void]
        def finished(coordinator, attempt, refused:)
          return unless attempt.began_ms

          outcome = refused ? "void" : OUTCOMES.fetch(attempt.outcome)
          coordinator.publish(
            event("step_finished", attempt, attempt.began_ms + attempt.took_ms,
                  "outcome" => outcome, "duration" => attempt.took_ms / 1000, "error" => error_of(attempt))
          )
        end

        private

        def event(type, attempt, at_ms, more = {})
          StepEvent.new("type" => type, "task_id" => attempt.task.task_id, "step_id" => attempt.step_id,
                        "step" => attempt.plan.name, "attempt" => attempt.number,
                        "max_attempts" => attempt.max_attempts, "at" => Times.at(at_ms.to_i), **more)
        end

        def error_of(attempt)
          return unless [Attempt::FAILED, Attempt::FAILED_FOR_GOOD].include?(attempt.outcome)

          Payload.load(attempt.payload, freeze: true)
        end
      end
    end
  end
end
