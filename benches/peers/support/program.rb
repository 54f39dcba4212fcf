# frozen_string_literal: true

require "io/wait"
require "json"
require "tempfile"

module Peers
  # A peer's own process, which does what the lines say that it is sent; Service says which there are.
  class Program
    # A peer that says nothing, or that something went wrong.
    class Failure < StandardError; end

    # How long one measurement may take; how long a process may take to end.
    PATIENCE = 90
    ENDING = 15
    # Bundler would keep a peer from its gems.
    ENVIRONMENT = { "RUBYOPT" => nil, "BUNDLE_GEMFILE" => nil }.freeze

    # @param command [Array<String>]
    # @yieldparam program [Program] of which nothing is left in the end
    # @raise [Failure] also where it doesn't end by itself
    def self.open(command)
      program = new(command)
      yield program
      program.end
    ensure
      program&.close
    end

    # @return [String] what the peer says that it is
    attr_reader :version

    def initialize(command)
      @errors = Tempfile.new("peer")
      @input, input = IO.pipe.reverse
      @output, output = IO.pipe
      # A group of its own: a Ctrl-C is for the runner, which ends the whole group.
      @pid = Process.spawn(ENVIRONMENT, *command, in: input, out: output, err: @errors, pgroup: true)
      [input, output].each(&:close)
      @version = answer.fetch("version")
    rescue StandardError
      close
      raise
    end

    # @param request [Hash] such as {"do" => "run", "workload" => "w1", "count" => 100}
    # @return [Hash] the answer, in which all that was asked for has been completed
    def ask(request)
      @input.puts(JSON.generate(request))
      @input.flush
      result = answer
      return result if result["completed"] == request["count"]

      raise Failure, "#{result["completed"].inspect} of #{request["count"]} have been completed"
    rescue Errno::EPIPE
      raise Failure, "it has ended: #{last_words}"
    end

    # Has it end by itself.
    def end
      @input.close
      Process.detach(@pid).join(ENDING) || raise(Failure, "it didn't end within #{ENDING} s")
    end

    # Ends what is left of it and of the processes that it has started, at once: a Ctrl-C isn't to wait for it.
    def close
      [@input, @output].each { |io| io.close unless io.closed? }
      return unless @pid

      Process.kill("KILL", -@pid)
      Process.wait(@pid)
    rescue Errno::ESRCH, Errno::ECHILD
      # Nothing is left.
    ensure
      @pid = nil
      @errors.close!
    end

    private

    def answer
      raise Failure, "it hasn't answered within #{PATIENCE} s" unless @output.wait_readable(PATIENCE)

      line = @output.gets or raise Failure, "it has ended: #{last_words}"
      result = JSON.parse(line)
      raise Failure, result["error"] if result["error"]

      result
    rescue JSON::ParserError
      raise Failure, "it said #{line.strip}"
    end

    def last_words = File.readlines(@errors.path).last(3).join.strip.gsub(/\s*\n\s*/, "; ")
  end
end
