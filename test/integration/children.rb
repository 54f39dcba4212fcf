# frozen_string_literal: true

require "rbconfig"
require "timeout"
require "tmpdir"
require_relative "../test_helper"

# For tests of whole processes: each has a folder of its own, starts Ruby programs, talks to them by lines, and ends
# those that are left.
module Children
  include TestHelper

  LIBRARY = File.expand_path("../../lib", __dir__)
  ROOT = File.expand_path("../..", __dir__)
  # A test must not depend on the settings of who runs it.
  CLEAN = ENV.keys.grep(/\ATASKER_/).to_h { |name| [name, nil] }.merge("RUBYOPT" => nil).freeze

  # A program in a process of its own.
  class Child
    attr_reader :pid, :status

    def initialize(command, env: {}, folder: ROOT, err: :err)
      @input, input = IO.pipe.reverse
      output, @output = IO.pipe.reverse
      @pid = Process.spawn(CLEAN.merge(env), *command, in: input, out: output, err:, chdir: folder)
      [input, output].each(&:close)
      @text = +""
    end

    # The next line that the program prints.
    def line(seconds = 20)
      Timeout.timeout(seconds) { @output.gets }&.chomp
    end

    # Reads lines up to the first that matches.
    def wait_for(pattern, seconds = 20)
      Timeout.timeout(seconds) do
        while (text = @output.gets)
          @text << text
          return text.chomp if text.match?(pattern)
        end
      end
      raise "the program ended before it printed #{pattern.inspect}; it printed:\n#{@text}"
    end

    def tell(text)
      @input.puts(text)
      @input.flush
    end

    def signal(name)
      Process.kill(name, @pid)
    end

    # All that it still prints, when it has ended.
    def finish(seconds = 30)
      Timeout.timeout(seconds) do
        rest = @output.read
        _, @status = Process.wait2(@pid) unless @status
        rest
      end
    end

    def stop
      return if @status

      signal(:KILL)
      _, @status = Process.wait2(@pid)
    rescue Errno::ESRCH, Errno::ECHILD
      nil
    ensure
      [@input, @output].each(&:close)
    end
  end

  def setup
    super
    @folder = Dir.mktmpdir("tasker_core-test")
    @children = []
    @logger = TaskerCore.logger
    # Warnings of lost workers, and the like, are what these tests are about.
    TaskerCore.logger = Logger.new(path("log"))
  end

  def teardown
    @children.each(&:stop)
    TaskerCore.logger = @logger
    FileUtils.remove_entry(@folder)
    super
  end

  # What the program writes to its standard error is kept aside, see #errors; its temporary files go with the test.
  def start(*command, env: {}, **options)
    Child.new(command, env: { "TMPDIR" => @folder }.merge(env), err: [path("errors"), "a"], **options).tap do |child|
      @children << child
    end
  end

  # Starts a Ruby program with the library loaded and its output unbuffered.
  def start_ruby(code, *arguments, **options)
    start(RbConfig.ruby, "-W", "-I", LIBRARY, "-r", "tasker_core", "-e", "$stdout.sync = true\n#{code}", *arguments,
          **options)
  end

  # Runs a Ruby program to its end, which must be a good one, and gives what it printed.
  def output_of(code, *arguments, seconds: 60, **options)
    child = start_ruby(code, *arguments, **options)
    output = child.finish(seconds)
    assert_predicate child.status, :success?, output + errors
    output
  end

  # What programs wrote to their standard error.
  def errors = File.exist?(path("errors")) ? File.read(path("errors")) : ""

  def path(name) = File.join(@folder, name)

  def database = "sqlite://#{path("tasks.sqlite3")}"

  # What handlers have written, a line each time that one was run.
  def record = File.exist?(path("record")) ? File.readlines(path("record"), chomp: true) : []

  def seconds_for
    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
  end
end
