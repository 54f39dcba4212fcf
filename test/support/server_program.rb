# frozen_string_literal: true

require "io/wait"
require "rbconfig"
require "tempfile"

# A server that a test has, in the hands of one of the programs of this folder: postgres_server.rb says what it can be
# told.
class ServerProgram
  # A server that can't be had, or doesn't do as it is told. A test that needs one fails.
  class Failure < StandardError; end

  # How long a server may take for one thing; a crash may take the time to read a log.
  PATIENCE = 90
  # Bundler would load what the programs don't need.
  ENVIRONMENT = { "RUBYOPT" => nil, "BUNDLE_GEMFILE" => nil }.freeze

  # Gives a server that is gone in the end.
  #
  # @param program [String] name of a file of this folder
  # @param options [Array<#to_s>] its options
  # @yieldparam server [ServerProgram]
  def self.open(program, *options)
    server = new(program, *options)
    yield server
  ensure
    server&.close
  end

  # @return [String]
  attr_reader :url

  # @return [Integer] of the program, not of its server; nil when it is closed
  attr_reader :pid

  # @param prefix [Array<String>] what the program is to be started by, such as `ip netns exec NAME`
  def initialize(program, *options, prefix: [])
    @name = program
    @owner = Process.pid
    launch([*prefix, RbConfig.ruby, File.join(__dir__, program), *options.map(&:to_s)])
  end

  # @param line [String] such as "stop immediate"
  # @return [String] what it answers after "ok"
  # @raise [Failure] with what it answers after "error"
  def tell(line)
    @input.puts(line.gsub(/\s*\n\s*/, " "))
    @input.flush
    status, text = answer.split(" ", 2)
    status == "ok" ? text.to_s : raise(Failure, "#{@name}: #{line}: #{text}")
  end

  # Those that have something after them.
  %w[sql ask].each { |command| define_method(command) { |text| tell("#{command} #{text}") } }

  # Those that may have a manner after them.
  %w[stop start restart].each { |command| define_method(command) { |manner = ""| tell("#{command} #{manner}") } }

  # Those that stand alone.
  %w[pause resume fill free folder].each { |command| define_method(command) { tell(command) } }

  # Ends it and waits until nothing is left of it; not for a process that was forked off since.
  def close
    [@input, @output].reject(&:closed?).each(&:close)
    Process.wait(@pid) if Process.pid == @owner && @pid
    @pid = nil
  end

  private

  def launch(command)
    errors = Tempfile.new("server")
    @input, input = IO.pipe.reverse
    @output, output = IO.pipe
    @pid = Process.spawn(ENVIRONMENT, *command, in: input, out: output, err: errors)
    [input, output].each(&:close)
    @url = answer
  rescue Failure
    close
    raise Failure, File.read(errors.path).strip
  ensure
    errors.close!
  end

  def answer
    raise Failure, "#{@name} hasn't answered within #{PATIENCE} s" unless @output.wait_readable(PATIENCE)

    @output.gets&.chomp || raise(Failure, "#{@name} has ended")
  end
end
