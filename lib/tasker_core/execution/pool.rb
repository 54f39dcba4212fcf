# frozen_string_literal: true

module TaskerCore
  module Execution
    # The process's threads for handlers: made on demand, used again, ended when idle. An idle thread holds no reference
    # to what it ran, so a coordinator that was dropped can be collected.
    #
    # The pool has no upper bound of its own: each crew bounds itself, and a handler that runs another task needs
    # threads beyond those that wait for it.
    # @api private
    module Pool
      # How long an idle thread waits for work before it ends.
      IDLE_SECONDS = 1.0
      # What its threads are called.
      THREAD_NAME = "tasker_core step"

      # One thread's place: its wake-up call, and what it is to do next.
      class Seat
        # @return [#work, nil] what was handed over and not yet begun
        attr_accessor :job
        # @return [ConditionVariable] rung when a job is there
        attr_reader :bell

        # @param job [#work] the first thing to do
        def initialize(job)
          @job = job
          @bell = ConditionVariable.new
        end
      end

      @lock = Mutex.new
      @idle = []
      @pid = Process.pid

      class << self
        # Has a thread call `job.work`.
        # @param job [#work]
        # @return [void]
        # @raise [ThreadError] where the system gives no more threads
        def post(job)
          forget_threads_of_parent
          @lock.synchronize do
            # The thread that became idle last: its stack is warm, and the others can time out.
            if (seat = @idle.pop)
              seat.job = job
              seat.bell.signal
              return
            end
          end
          start(Seat.new(job), linger: true)
        end

        # Has a new thread call `job.work`, and end at once after it: for a thread that is being killed and hands on
        # what it holds, perhaps because the process ends.
        # @param job [#work]
        # @return [void]
        def post_last(job)
          start(Seat.new(job), linger: false)
        end

        # @return [Integer] threads waiting for work
        def idle
          forget_threads_of_parent
          @lock.synchronize { @idle.size }
        end

        private

        # Threads don't survive a fork.
        def forget_threads_of_parent
          return if @pid == Process.pid

          @lock = Mutex.new
          @idle = []
          @pid = Process.pid
        end

        def start(seat, linger:)
          # A new thread inherits the mask of the one that makes it, so each wait sets its own.
          thread = Thread.handle_interrupt(NEVER) { Thread.new { occupy(seat, linger) } }
          thread.name = THREAD_NAME
          thread.report_on_exception = false
          ThreadGroup::Default.add(thread) unless thread.group.equal?(ThreadGroup::Default) || thread.group.nil?
        end

        def occupy(seat, linger)
          while (job = seat.job)
            seat.job = nil
            Thread.handle_interrupt(NEVER) { job.work }
            Execution.drop_late_interrupts
            # Not even by the stack of a waiting thread may a dropped coordinator be held.
            job = nil
            break unless linger

            Thread.handle_interrupt(IMMEDIATE) { wait_for_job(seat) }
          end
        ensure
          leave(seat)
        end

        def wait_for_job(seat)
          @lock.synchronize do
            return if seat.job

            @idle.push(seat)
            until_time = monotonic + IDLE_SECONDS
            while seat.job.nil? && (left = until_time - monotonic).positive?
              seat.bell.wait(@lock, left)
            end
            @idle.delete(seat)
          end
        end

        # Killed between being handed a job and beginning it: the job goes to another.
        def leave(seat)
          job = @lock.synchronize do
            @idle.delete(seat)
            seat.job
          end
          post_last(job) if job && !Execution.ending?
        end

        def monotonic
          Process.clock_gettime(Process::CLOCK_MONOTONIC)
        end
      end
    end
  end
end
