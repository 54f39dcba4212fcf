# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # What people do to a task: an error is never its end.
    module Controls
      # Cancels a task and all its steps that aren't done. What runs now can't report any more.
      #
      # @param task_id [Integer, InitializeResult]
      # @param reason [String, nil] for the history
      # @return [Outcome]
      # @raise [TaskNotFound]
      # @raise [InvalidTransition] where the task is over
      def cancel_task(task_id, reason: nil)
        control("cancel", task_id, reason)
      end

      # Takes no more steps of a task until {#resume_task}.
      #
      # @param task_id [Integer, InitializeResult]
      # @param reason [String, nil] for the history
      # @return [Outcome]
      # @raise [TaskNotFound]
      # @raise [InvalidTransition] where the task is over
      def pause_task(task_id, reason: nil)
        control("pause", task_id, reason)
      end

      # Goes on with a paused task.
      #
      # @param task_id [Integer, InitializeResult]
      # @param reason [String, nil] for the history
      # @return [Outcome]
      # @raise [TaskNotFound]
      # @raise [InvalidTransition]
      def resume_task(task_id, reason: nil)
        control("resume", task_id, reason)
      end

      # Makes a failed step ready again, with all its attempts; one that waits for its next attempt needn't wait longer.
      #
      # @param task_id [Integer, InitializeResult]
      # @param step [String, Symbol] its name
      # @param reason [String, nil] for the history
      # @return [StepOutcome]
      # @raise [TaskNotFound, StepNotFound]
      # @raise [InvalidTransition] where the step is done, or isn't its turn yet
      def retry_step(task_id, step, reason: nil)
        request = step_request(task_id, step, reason)
        StepOutcome.new(call("retry_step", request))
      end

      # Gives a step its result by hand, so that the steps after it can run.
      #
      # @param task_id [Integer, InitializeResult]
      # @param step [String, Symbol] its name
      # @param result [Object] anything that a handler may return
      # @param by [String, nil] who did it, for the history
      # @param reason [String, nil] why, for the history
      # @return [StepOutcome]
      # @raise [TaskNotFound, StepNotFound]
      # @raise [InvalidTransition] where the step is done
      # @raise [ValidationError] where the result can't be stored
      def resolve_step(task_id, step, result: nil, by: nil, reason: nil)
        request = step_request(task_id, step, reason)
        request["by"] = Arguments.optional_text(by, "by") if by
        text = Payload.dump(result, root: "result", limit: config.max_payload_bytes)
        StepOutcome.new(call("resolve_step", "#{JSON.generate(request).chop},\"result\":#{text}}"))
      end

      private

      def control(kind, task_id, reason)
        Outcome.new(call(kind, with_reason({ "task_id" => Arguments.task_id(task_id) }, reason)))
      end

      def step_request(task_id, step, reason)
        with_reason({ "task_id" => Arguments.task_id(task_id), "step" => Arguments.name(step, "step") }, reason)
      end

      def with_reason(request, reason)
        request["reason"] = Arguments.optional_text(reason, "reason") if reason
        request
      end
    end
  end
end
