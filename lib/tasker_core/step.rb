# frozen_string_literal: true

module TaskerCore
  # What a handler is called with: one attempt of one step.
  #
  # Contexts and results are deep-frozen: one parsed copy serves every step of a task. What a handler wants to change
  # it copies first (`step.context.merge(…)`).
  #
  # @example
  #   coordinator.register_handler("Fulfillment::Charge") do |step|
  #     Bank.charge(step.context["card"], step.results["price"]["cents"], key: step.idempotency_key)
  #   end
  class Step
    # @param coordinator [Coordinator]
    # @param attempt [Execution::Attempt]
    # @api private
    def initialize(coordinator, attempt)
      @coordinator = coordinator
      @attempt = attempt
    end

    # @return [Integer] the task's id
    def task_id
      @attempt.task.task_id
    end

    # @return [Integer] the step's id, unique in the database
    def step_id
      @attempt.step_id
    end

    # @return [String] the step's name
    def name
      @attempt.plan.name
    end

    # @return [Integer] which attempt this is, from 1
    def attempt
      @attempt.number
    end

    # @return [Integer] how many attempts there are, the first included
    def max_attempts
      @attempt.max_attempts
    end

    # @return [Boolean] whether a failure of this attempt is final
    def last_attempt?
      attempt >= max_attempts
    end

    # @return [Hash{String=>Object}] what the task was given, with its schema's defaults; deep-frozen
    def context
      @attempt.task.context
    end

    # @return [Hash{String=>Object}] the handler's `initialization` from the template; deep-frozen
    def config
      @attempt.plan.config
    end

    # @return [Hash{String=>Object}] the parents' results by name; deep-frozen. A skipped parent's is nil
    def results
      @results ||= @attempt.plan.dependencies.to_h { |parent| [parent, parent_result(parent)] }.freeze
    end

    # The result of a step that came before this one. A parent's is at hand; another ancestor's is asked for.
    #
    # @param step_name [String, Symbol]
    # @return [Object, nil] its result, deep-frozen
    # @raise [StepNotFound] the template has no step of that name
    # @raise [ValidationError] the step isn't an ancestor of this one
    def result_of(step_name)
      wanted = step_name.to_s
      return parent_result(wanted) if parent?(wanted)

      check_ancestor(wanted)
      parsed.fetch(wanted) { parsed[wanted] = fetch_result(wanted) }
    end

    # A key for services that take one to do a thing once: the same for each attempt of this step, and for no other
    # step, of this database or another. A copy of a database is the same database to it.
    # @return [String]
    # @example
    #   step.idempotency_key # "tasker-1f6c2a9d03b7e4a1-65536"
    def idempotency_key
      "tasker-#{@coordinator.database_id}-#{step_id}"
    end

    # @return [Time, nil] when the attempt becomes void (UTC); {#heartbeat!} moves it on
    def deadline
      Times.at(@attempt.deadline_ms)
    end

    # @return [Boolean] whether the attempt is void: its task was cancelled, its time was up, or its lease was lost
    def cancelled?
      !@coordinator.call("attempt", { "step_id" => step_id, "fence" => @attempt.fence })["alive"]
    end

    # Moves the deadline on by the step's timeout, from now.
    # @return [Time, nil] the new deadline
    # @raise [StaleLease] the attempt is void, and whatever it returns won't be taken
    def heartbeat!
      answer = @coordinator.call("heartbeat", { "step_id" => step_id, "fence" => @attempt.fence })
      @attempt.deadline_ms = answer["deadline_ms"]
      deadline
    end

    # @return [Logger] the library's logger
    def logger
      @coordinator.logger
    end

    # @return [String] one line, without payloads
    def inspect
      "#<TaskerCore::Step #{@attempt.plan.title} of task #{task_id}, attempt #{attempt}/#{max_attempts}>"
    end
    alias to_s inspect

    # The result of any step of this task that is done, for the older kind of handlers.
    # @api private
    # @param step_name [String]
    # @return [Object, nil] nil where it isn't done
    def result_if_done(step_name)
      return parent_result(step_name) if parent?(step_name)

      fetch_result(step_name)
    end

    # @api private
    # @return [Array<String>] names of all steps of the template
    def step_names
      @attempt.task.plan.names
    end

    private

    def parsed
      @parsed ||= {}
    end

    def parent_result(parent)
      parsed.fetch(parent) { parsed[parent] = Execution::Frozen.parse(parent_texts[position_of(parent)]) }
    end

    # A step may have thousands of parents: they are searched by position.
    def parent_texts
      @parent_texts ||= @attempt.parents.each_slice(2).to_h
    end

    def position_of(step_name)
      @attempt.task.plan.position_of(step_name)
    end

    def parent?(step_name)
      parent_texts.key?(position_of(step_name))
    end

    def check_ancestor(wanted)
      plan = @attempt.task.plan
      unknown_step(wanted, plan) unless position_of(wanted)
      return if plan.ancestor?(wanted, of: @attempt.plan.position)

      raise ValidationError, "#{@attempt.plan.title}: step #{wanted.inspect} doesn't come before this one and may " \
                             "not be done; add it to the step's dependencies"
    end

    def unknown_step(wanted, plan)
      hint = Execution::Nearest.hint(wanted, plan.names)
      raise StepNotFound.new(
        "#{@attempt.plan.title}: the template has no step #{wanted.inspect}#{hint}",
        context: { "task_id" => task_id, "step" => wanted }
      )
    end

    def fetch_result(wanted)
      Execution::Frozen.deep(@coordinator.call("result", { "task_id" => task_id, "step" => wanted })["result"])
    end
  end
end
