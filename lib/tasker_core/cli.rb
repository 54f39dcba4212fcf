# frozen_string_literal: true

require "tasker_core"

module TaskerCore
  # What bin/run does: runs one task of a template in this process, and shows it; {WorkerCommand} is for bin/worker.
  #
  # @api private
  module CLI
    # What it is called in its messages.
    NAME = "bin/run"
    # The task is complete.
    COMPLETE = 0
    # Anything else.
    INCOMPLETE = 1
    # What was asked for makes no sense: nothing was run.
    USAGE = 2

    # What the person at the keyboard has to see to.
    class UsageError < StandardError; end

    # @param arguments [Array<String>] of the command line
    # @param out [IO]
    # @param err [IO]
    # @return [Integer] the exit status
    def self.run(arguments, out: $stdout, err: $stderr)
      guarded(NAME, err) do
        options = Options.parse(arguments)
        next inform(out, options.message) if options.message

        # With --json, stdout is for the document: what handlers print goes to stderr.
        out = aside(out) if options.json
        Session.new(options, out, err).run
      end
    rescue SignalException => e
      err.puts "#{NAME}: #{e.is_a?(Interrupt) ? "interrupted" : e.signm}"
      INCOMPLETE
    end

    # Runs a program, and says what the person at the keyboard has to see to.
    #
    # @param name [String] what the program is called
    # @param err [IO]
    # @yieldreturn [Integer]
    # @return [Integer] the exit status
    def self.guarded(name, err)
      yield
    rescue UsageError, ArgumentError => e
      complain(name, e, err, USAGE)
    rescue Error, SystemCallError => e
      complain(name, e, err, INCOMPLETE)
    end

    # @param out [IO]
    # @param message [String] what was asked for instead of a run
    # @return [Integer] the exit status
    def self.inform(out, message)
      out.puts message
      COMPLETE
    end

    def self.aside(out)
      return out unless out.equal?($stdout)

      document = out.dup
      out.reopen($stderr)
      document
    end

    # A fault of this library is shown with its trace, a fault of what was given without.
    def self.complain(name, error, err, status)
      raise error unless error.is_a?(UsageError) || error.is_a?(Error) || error.is_a?(SystemCallError)

      err.puts "#{name}: #{error.message}"
      err.puts "Try #{name} --help." if error.is_a?(UsageError)
      status
    end
    private_class_method :aside, :complain
  end
end

require_relative "cli/options"
require_relative "cli/ruby_file"
require_relative "cli/source"
require_relative "cli/registration"
require_relative "cli/database"
require_relative "cli/text"
require_relative "cli/levels"
require_relative "cli/graph"
require_relative "cli/screen"
require_relative "cli/progress"
require_relative "cli/reporter"
require_relative "cli/results"
require_relative "cli/document"
require_relative "cli/drive"
require_relative "cli/submission"
require_relative "cli/session"
require_relative "cli/last_exit"
require_relative "cli/worker_options"
require_relative "cli/worker_command"
