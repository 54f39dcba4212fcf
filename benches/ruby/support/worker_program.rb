# frozen_string_literal: true

# The other side of Benches::WorkerProcess: a worker in a process of its own, which does what its standard input says.
#
#   open JSON   a coordinator, with these settings, and a worker that doesn't run yet: {"settings": …, "concurrency": …}
#   start       it runs
#   stop        it has stopped
#   turns       how many transactions its coordinator has made
#   steps       how many handlers have run
#   close       its coordinator is closed
#
# Each is answered by a line: a number where one is asked for, else `done`. The handler `stamp` writes a line when it
# begins: the time, by a clock that all processes share.

$LOAD_PATH.unshift File.expand_path("../../../lib", __dir__)
require "json"
require "logger"
require "tasker_core"
require_relative "clock"

module Benches
  # The worker, its coordinator, and what may be told to them.
  class WorkerProgram
    COMMANDS = %w[open start stop turns steps close].freeze

    # @return [Integer] how many handlers have run
    attr_reader :steps

    def initialize
      @steps = 0
    end

    def run
      $stdin.each_line(chomp: true) do |line|
        command, argument = line.split(" ", 2)
        abort "the worker's process knows no command #{command.inspect}" unless COMMANDS.include?(command)

        answer = public_send(command, *argument)
        puts answer.is_a?(Integer) ? answer : "done"
      end
    end

    def open(told)
      told = JSON.parse(told)
      @coordinator = TaskerCore.create_coordinator_with_config(told.fetch("settings"))
      register_handlers
      @worker = TaskerCore::Worker.new(@coordinator, concurrency: told.fetch("concurrency"))
    end

    def start = @worker.start

    def stop
      @worker.stop(timeout: 30) || abort("a worker has steps that don't end within 30 s")
    end

    def turns = @coordinator.get_performance_metrics.fetch("turns")
    def close = @coordinator.close

    private

    # Counting takes less than a tenth of a microsecond.
    def register_handlers
      @coordinator.register_handler("noop") do |_step|
        @steps += 1
        nil
      end
      @coordinator.register_handler("echo") do |step|
        @steps += 1
        step.context.to_h
      end
      @coordinator.register_handler("wait") do |_step|
        @steps += 1
        sleep 0.05
      end
      @coordinator.register_handler("stamp") { |_step| puts Benches.clock }
    end
  end
end

$stdout.sync = true
# A Ctrl-C is for the process that started this one, which closes the input.
trap("INT", "IGNORE")
TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
Benches::WorkerProgram.new.run
