# frozen_string_literal: true

module TaskerCore
  module Execution
    # One claimed attempt of a step: what was granted, and, when it has been run, what is to be reported.
    # @api private
    class Attempt
      # Outcomes, as the engine knows them.
      COMPLETE = 0
      # Failed; the template says whether it is tried again.
      FAILED = 1
      # Failed; no further attempt can help.
      FAILED_FOR_GOOD = 2
      # Given back without having been started; doesn't count as an attempt.
      GIVEN_BACK = 3

      # @return [Integer]
      attr_reader :step_id, :fence, :number, :max_attempts
      # @return [TaskData]
      attr_reader :task
      # @return [StepPlan]
      attr_reader :plan
      # @return [Array] position and result (JSON text or nil) of each parent, flat
      attr_reader :parents
      # @return [Float] when it was claimed, ms
      attr_reader :claimed_ms
      # @return [Integer, nil] ms since the epoch
      attr_accessor :deadline_ms
      # @return [Thread, nil] where its handler runs
      attr_accessor :thread
      # @return [Float, nil] when its handler was called, ms
      attr_accessor :began_ms
      # @return [Float, nil] how long that took, ms
      attr_accessor :took_ms
      # @return [Integer] one of the constants above
      attr_reader :outcome
      # @return [String] result or failure, JSON text
      attr_reader :payload

      # @param grant [Array] a step of an exchange's answer
      # @param task [TaskData]
      # @param claimed_ms [Float]
      def initialize(grant, task, claimed_ms)
        @step_id, @fence, @number, @max_attempts, _, position, @deadline_ms, @parents = grant
        @task = task
        @plan = task.plan.step(position)
        @claimed_ms = claimed_ms
        @outcome = FAILED
        @payload = Failure::KILLED
        @thread = @began_ms = @took_ms = nil
      end

      # Runs the handler. Whatever way the handler is left, {#outcome} and {#payload} say what to report: a kill ends
      # the thread from within the handler, and what `initialize` set is then reported.
      # @param coordinator [Coordinator]
      # @param generation [Integer] of {ForkSafety}, for the process that reports
      # @return [void]
      def perform(coordinator, generation)
        step = Step.new(coordinator, self)
        value = Thread.handle_interrupt(IMMEDIATE) { @plan.handler_in(coordinator.handlers).call(step) }
        keep(value, coordinator.config.max_payload_bytes)
      rescue HandBack
        give_back
      rescue Exception => e # rubocop:disable Lint/RescueException -- an attempt is always reported, `exit` included
        # The handler forked, and this is the child on its way out.
        raise if ForkSafety.generation != generation

        @outcome, @payload = Failure.report(e)
      end

      # Makes it an attempt that was never started.
      # @return [self]
      def give_back
        @outcome = GIVEN_BACK
        @payload = ""
        self
      end

      # Makes it an attempt that failed for good, because its result was not taken.
      # @param error [Exception]
      # @return [self]
      def reject(error)
        @outcome, @payload = Failure.report(error, permanent: true)
        self
      end

      # @param now_ms [Float]
      # @return [Boolean] whether the engine has voided it by then
      def overdue?(now_ms)
        !@deadline_ms.nil? && now_ms > @deadline_ms
      end

      # @return [String] for the log
      def to_s
        "task #{@task.task_id} step #{@plan.title} attempt #{@number}/#{@max_attempts}"
      end

      private

      def keep(value, limit)
        @payload = Payload.dump(value, root: "result", limit:)
        @outcome = COMPLETE
      rescue ValidationError => e
        # The handler would return the same again.
        reject(e)
      end
    end
  end
end
