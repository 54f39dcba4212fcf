# frozen_string_literal: true

require "io/wait"
require "json"
require "rbconfig"

module Benches
  # A process for a worker, started once and used for many measurements; worker_process.rb is what runs in it.
  class WorkerProcess
    # What the process should say and doesn't.
    class Failure < StandardError; end

    PROGRAM = File.join(__dir__, "worker_process.rb")
    PATIENCE = 60

    def initialize
      @input, input = IO.pipe.reverse
      @output, output = IO.pipe
      @pid = Process.spawn(RbConfig.ruby, PROGRAM, in: input, out: output)
      [input, output].each(&:close)
    end

    # Asks for something, and goes on without the answer.
    def ask(line)
      @input.puts(line)
      @input.flush
    end

    # @return [String] the next line of the process
    def line
      raise Failure, "a worker's process said nothing for #{PATIENCE} s" unless @output.wait_readable(PATIENCE)

      @output.gets&.chomp || raise(Failure, "a worker's process has ended")
    end

    # Waits until what was asked for is done.
    def done
      said = line
      raise Failure, "a worker's process said #{said.inspect} where it should be done" unless said == "done"
    end

    def close
      @input.close
      Process.wait(@pid)
    end
  end

  # As many processes for workers as a measurement wants at most.
  class WorkerProcesses
    # @yieldparam processes [WorkerProcesses]
    def self.open(count)
      processes = new(count)
      yield processes
    ensure
      processes&.close
    end

    def initialize(count)
      @all = Array.new(count) { WorkerProcess.new }
    end

    # Opens coordinators in some of them; the workers wait for {Opened#start}, and are stopped in the end.
    # @param settings [Hash] of the coordinators
    # @param count [Integer] how many processes
    # @yieldparam opened [Opened]
    # @return [Object] what the block gives
    def with(settings, count, concurrency: 10)
      opened = Opened.new(@all.first(count))
      opened.all("open #{JSON.generate({ settings:, concurrency: })}")
      result = yield opened
      opened.all("stop")
      result
    end

    def close
      @all.each(&:close)
    end

    # Those in which coordinators are open.
    Opened = Struct.new(:processes) do
      # Has all of them do something at the same time, and waits for them.
      def all(line)
        processes.each { |process| process.ask(line) }
        processes.each(&:done)
      end

      def start = all("start")
    end
  end
end
