# frozen_string_literal: true

module TaskerCore
  module Execution
    # Lets one run of a task in at a time. Ten threads that orchestrate the same task don't compete for its steps: one
    # runs it, the others wait and find it done, or go on with it where the first was interrupted.
    #
    # A handler that orchestrates a task which is being run around it would wait for itself; so those pass.
    # @api private
    module Turnstile
      # The fiber-local in which a handler's thread keeps the tasks it runs in.
      LINEAGE = :tasker_core_lineage

      @lock = Mutex.new
      @bell = ConditionVariable.new
      @inside = {}
      @pid = Process.pid

      class << self
        # @param coordinator [Coordinator]
        # @param task_id [Integer]
        # @yieldparam lineage [Array] the tasks this run is nested in, itself included
        # @yieldparam nested [Boolean] whether it is nested in itself
        # @return [Object] what the block returns
        def pass(coordinator, task_id)
          forget_threads_of_parent
          around = Thread.current[LINEAGE] || []
          return yield(around, true) if around.any? { |other, id| id == task_id && other.equal?(coordinator) }

          key = [coordinator.object_id, task_id]
          enter(key)
          begin
            yield([*around, [coordinator, task_id]], false)
          ensure
            leave(key)
          end
        end

        private

        def enter(key)
          @lock.synchronize do
            while @inside.key?(key)
              @inside[key] = :waited_for
              Thread.handle_interrupt(IMMEDIATE) { @bell.wait(@lock) }
            end
            @inside[key] = :alone
          end
        end

        def leave(key)
          @lock.synchronize { @bell.broadcast if @inside.delete(key) == :waited_for }
        end

        def forget_threads_of_parent
          return if @pid == Process.pid

          @lock = Mutex.new
          @bell = ConditionVariable.new
          @inside = {}
          @pid = Process.pid
        end
      end
    end
  end
end
