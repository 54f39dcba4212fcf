# frozen_string_literal: true

require "io/wait"
require "json"
require "rbconfig"
require_relative "clock"

module Benches
  # A worker in a process of its own; worker_program.rb is what runs there.
  class WorkerProcess
    PROGRAM = File.join(__dir__, "worker_program.rb")
    PATIENCE = 60

    # @return [Integer]
    attr_reader :pid

    # @param settings [Hash] of its coordinator
    # @param concurrency [Integer] how many threads run steps
    def initialize(settings, concurrency: 10)
      @input, input = IO.pipe.reverse
      @output, output = IO.pipe
      @pid = Process.spawn(RbConfig.ruby, PROGRAM, in: input, out: output)
      [input, output].each(&:close)
      ask("open #{JSON.generate({ settings:, concurrency: })}")
    end

    # Asks for something, and goes on without the answer.
    def ask(line)
      @input.puts(line)
      @input.flush
    rescue Errno::EPIPE
      raise Failure, ended
    end

    # @return [String] the next line of the process
    def line
      raise Failure, "worker process #{@pid} said nothing for #{PATIENCE} s" unless @output.wait_readable(PATIENCE)

      @output.gets&.chomp || raise(Failure, ended)
    end

    # Waits until what was asked for is done.
    # @return [void]
    def done
      said = line
      raise Failure, "worker process #{@pid} said #{said.inspect} where it should be done" unless said == "done"
    end

    # @return [Integer] the answer to the question
    def number(question)
      ask(question)
      Integer(line)
    end

    # @raise [Failure] where it has ended
    def check
      raise Failure, ended unless running?
    end

    # Ends it, by force where it doesn't by itself.
    # @return [void]
    def close
      return if @closed

      @closed = true
      @input.close
      deadline = Benches.clock + 15
      sleep 0.01 while running? && Benches.clock < deadline
      return unless running?

      Process.kill(:KILL, @pid)
      Process.wait(@pid)
    end

    private

    def running?
      @status ||= Process.wait2(@pid, Process::WNOHANG)&.last
      @status.nil?
    end

    def ended
      running?
      "worker process #{@pid} has ended (#{@status || "its pipe is closed"}); what it said is above"
    end
  end
end
