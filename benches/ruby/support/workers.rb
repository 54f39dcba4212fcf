# frozen_string_literal: true

require_relative "worker_process"

module Benches
  # Workers in several processes, that do the same things at the same time.
  class Workers
    # @return [Array<WorkerProcess>]
    attr_reader :processes

    # @param settings [Hash] of their coordinators
    # @param count [Integer] how many processes
    # @yieldparam workers [Workers] whose coordinators are open, and that don't run yet
    # @return [Object] what the block gives
    def self.open(settings, count, concurrency: 10)
      workers = new(count) { WorkerProcess.new(settings, concurrency:) }
      workers.processes.each(&:done)
      yield(workers).tap { workers.all("close") }
    ensure
      workers&.close
    end

    def initialize(count)
      @processes = []
      count.times { @processes << yield }
    end

    # Has all of them do something, and waits for them.
    # @return [void]
    def all(line)
      @processes.each { |process| process.ask(line) }
      @processes.each(&:done)
    end

    def start = all("start")
    def stop = all("stop")

    # Runs them for as long as the block takes.
    def running
      start
      yield.tap { stop }
    end

    # @return [Integer] how many transactions they have made together
    def turns = @processes.sum { |process| process.number("turns") }

    # Cheap enough to be asked all the time; a count of what is in the database isn't.
    # @return [Integer] how many handlers they have run
    def steps = @processes.sum { |process| process.number("steps") }

    # @return [Array<Integer>]
    def pids = @processes.map(&:pid)

    # @raise [Failure] where one has ended
    def check = @processes.each(&:check)

    # @return [void]
    def close = @processes.each(&:close)
  end
end
