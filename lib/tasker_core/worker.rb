# frozen_string_literal: true

require_relative "worker/service"
require_relative "worker/signals"

module TaskerCore
  # Runs steps of any task, or of any in the namespaces that are named, until it is stopped.
  #
  # @example
  #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
  #   worker = TaskerCore::Worker.new(coordinator, concurrency: 4)
  #   worker.start
  #   worker.running? # => true
  #   worker.stop(timeout: 25)
  class Worker
    # How long {#stop} waits, beyond its timeout, for handlers that were broken off to clean up.
    BREAK_OFF_SECONDS = 2
    # The timeout of the stop when the program ends.
    EXIT_SECONDS = 5
    # How many steps a message names.
    NAMED = 5
    private_constant :BREAK_OFF_SECONDS, :EXIT_SECONDS, :NAMED

    @lock = Mutex.new
    @active = {}.compare_by_identity
    @at_exit = false

    class << self
      # Stops what still runs when the program ends. The hook is set at the first start and not at load: what is
      # registered before `minitest/autorun` runs its tests would run before them.
      # @api private
      # @param worker [Worker]
      # @return [void]
      def started(worker)
        @lock.synchronize do
          @active[worker] = true
          at_exit { stop_all } unless @at_exit
          @at_exit = true
        end
      end

      # @api private
      # @param worker [Worker]
      # @return [void]
      def stopped(worker)
        @lock.synchronize { @active.delete(worker) }
      end

      private

      def stop_all
        @at_exit = false
        @lock.synchronize { @active.keys }.each { |worker| worker.stop(timeout: EXIT_SECONDS) }
      end
    end

    # @return [Integer] how many steps it runs at once
    attr_reader :concurrency

    # @return [Array<String>, nil] the namespaces whose tasks' steps it runs; nil for all
    attr_reader :namespaces

    # @param coordinator [Coordinator]
    # @param concurrency [Integer] how many steps to run at once
    # @param namespaces [Array<String, Symbol>, nil] the namespaces of the templates whose steps it runs; nil for all
    # @raise [WrongType, ValidationError]
    # @example A worker for the tasks of one part of an application
    #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
    #   TaskerCore::Worker.new(coordinator, namespaces: ["fulfillment"]).namespaces # => ["fulfillment"]
    def initialize(coordinator, concurrency: 10, namespaces: nil)
      raise WrongType, "a worker needs a Coordinator, got #{coordinator.inspect}" unless coordinator.is_a?(Coordinator)
      raise WrongType, "concurrency must be an Integer, got #{concurrency.inspect}" unless concurrency.is_a?(Integer)
      unless concurrency.between?(1, 10_000)
        raise ValidationError, "concurrency must be from 1 to 10000, got #{concurrency}"
      end

      @coordinator = coordinator
      @concurrency = concurrency
      @namespaces = Coordinator::Arguments.optional_names(namespaces, "namespaces")
      @mutex = Mutex.new
      @crew = nil
      @watcher = nil
    end

    # Begins to take steps. Where it runs already, nothing happens.
    # @return [self]
    # @raise [CoordinatorClosed]
    def start
      @mutex.synchronize do
        return self if alive?

        @coordinator.engine # a closed one is refused here, and not in the background
        @generation = ForkSafety.generation
        @crew = Execution::WorkerCrew.new(@coordinator, @concurrency, @namespaces)
        @watcher = watch(@crew)
        self.class.started(self)
      end
      self
    end

    # Starts, and blocks until the process is told to end, by SIGTERM, SIGINT or SIGQUIT: then it stops, as {#stop}
    # does. A second signal doesn't wait for the steps that run. What caught these signals before does so again in the
    # end.
    #
    # This is what a program is that is a worker and nothing else; `tasker-worker` is one.
    # @param timeout [Numeric] how many seconds running steps have when it is to stop
    # @return [Boolean] whether all steps ended in time
    # @raise [ValidationError]
    # @raise [Error] what ended it, where it was no signal and no {#stop}
    def run(timeout: 25)
      Service.new(self, @coordinator, check_timeout(timeout)).run
    end

    # Takes no more steps, waits for those that run, and gives back the rest: those not begun at once, those that are
    # not done in time by breaking off their handlers. Where it doesn't run, nothing happens.
    # @param timeout [Numeric] how many seconds to wait for running steps
    # @return [Boolean] whether all steps ended in time
    # @raise [ValidationError]
    def stop(timeout: 25)
      check_timeout(timeout)
      crew, watcher = @mutex.synchronize { alive? ? [@crew, @watcher] : [] }
      return true unless crew

      crew.stop
      in_time = !watcher.join(timeout).nil?
      break_off(crew, watcher, timeout) unless in_time
      self.class.stopped(self)
      in_time
    end

    # The first part of {#stop}: from now on it begins nothing.
    # @return [void]
    # @api private
    def take_no_more
      @mutex.synchronize { @crew if alive? }&.stop
    end

    # Waits until it has ended, as nobody has anything more to do here: it was stopped, or it couldn't go on.
    # @param seconds [Numeric, nil] how long at most
    # @return [self, nil] nil where that wasn't long enough
    def join(seconds = nil)
      watcher = @mutex.synchronize { @watcher if alive? }
      self if watcher.nil? || watcher.join(seconds)
    end

    # @return [Boolean] whether it takes or runs steps
    def running?
      @mutex.synchronize { alive? }
    end

    # @return [Integer] how many steps it runs now
    def busy
      @mutex.synchronize { alive? ? @crew.running : 0 }
    end

    # @return [StandardError, nil] what ended it, where it wasn't {#stop}
    def error
      @crew&.error
    end

    # @return [String] one line
    def inspect
      state = running? ? "running, #{busy} of #{@concurrency} busy" : "stopped"
      "#<TaskerCore::Worker #{state}#{", of #{@namespaces.join(", ")}" if @namespaces}>"
    end
    alias to_s inspect

    private

    def check_timeout(timeout)
      return timeout if timeout.is_a?(Numeric) && !timeout.negative?

      raise ValidationError, "timeout must be a number of seconds from 0 up, got #{timeout.inspect}"
    end

    def break_off(crew, watcher, timeout)
      attempts = crew.break_off
      if attempts.any?
        named = attempts.first(NAMED).join(", ")
        named += " and #{attempts.size - NAMED} more" if attempts.size > NAMED
        @coordinator.logger.warn("tasker_core") { "not done within #{timeout} s, broken off and given back: #{named}" }
      end
      watcher.join(BREAK_OFF_SECONDS)
    end

    # Threads don't survive a fork: in the child the worker is a stopped one.
    def alive?
      !@watcher.nil? && @watcher.alive? && @generation == ForkSafety.generation
    end

    def watch(crew)
      crew.start
      Thread.new { Thread.handle_interrupt(Execution::NEVER) { attend(crew) } }.tap do |thread|
        thread.name = "tasker_core worker"
        thread.report_on_exception = false
      end
    end

    def attend(crew)
      crew.watch
      return unless crew.error

      @coordinator.logger.error("tasker_core") { "the worker ends: #{crew.error.message}" } unless @coordinator.closed?
    ensure
      crew.stop
      self.class.stopped(self)
    end
  end
end
