# frozen_string_literal: true

require "optparse"
require_relative "failure"
require_relative "janitor"

module Servers
  # A program that has a server for as long as its standard input is open: it prints the server's URL, and from then
  # on does what the lines say that it is sent, each answered by one line.
  class Session
    # Runs a program of that kind.
    #
    # @param parser [OptionParser] of its options
    # @yieldreturn [Server] as the options want it
    def self.program(parser, commands)
      parser.parse!
      raise OptionParser::NeedlessArgument, ARGV.join(" ") unless ARGV.empty?

      new(yield, commands).run
    rescue OptionParser::ParseError => e
      abort "#{e.message}\n#{parser.help}"
    rescue Failure => e
      abort "#{File.basename($PROGRAM_NAME)}: #{e.message}"
    end

    # @param commands [Array<String>] which methods of the server the lines may call
    def initialize(server, commands)
      @server = server
      @commands = commands
    end

    # @return [void] when the input has ended, or on a signal
    def run
      %w[TERM INT HUP].each { |signal| trap(signal) { exit } }
      janitor = Janitor.new { @server.remove }
      @server.create
      say(@server.url)
      $stdin.each_line { |line| say(answer(*line.strip.split(nil, 2))) }
    rescue Errno::EPIPE
      # Nobody reads the answers any more.
    ensure
      %w[TERM INT HUP].each { |signal| trap(signal, "IGNORE") }
      janitor&.finish
    end

    private

    def say(text)
      $stdout.puts(text)
      $stdout.flush
    end

    def answer(command = "", *argument)
      raise Failure, "unknown command #{command}; there are #{@commands.join(", ")}" unless @commands.include?(command)

      result = @server.public_send(command, *argument)
      result.is_a?(String) ? "ok #{result}".rstrip : "ok"
    rescue Failure, SystemCallError => e
      "error #{e.message}"
    rescue ArgumentError
      "error #{command} takes #{argument.empty? ? "something" : "nothing"} after it"
    end
  end
end
