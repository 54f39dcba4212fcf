# frozen_string_literal: true

# Behind what the caller put on the path, so that these tests can be pointed at another build with -I.
$LOAD_PATH << File.expand_path("../../lib", __dir__)

require "English"
require "json"
require "minitest/autorun"
require "rbconfig"
require "timeout"
require "tasker_core/tasker_core"

# A test of the boundary. It goes round the Ruby library on purpose, down to the extension itself.
#
# Counting what is left, sending signals and stressing the collector take a process in which nothing else runs: where
# the file of a test isn't the program itself, it is run in a Ruby of its own.
class BoundaryTest < Minitest::Test
  # Where the extension was found.
  EXTENSION_PATH = File.expand_path("..", File.dirname($LOADED_FEATURES.grep(%r{tasker_core/tasker_core\.}).first))

  # Private to the library.
  NATIVE = TaskerCore.const_get(:Native)

  # All of it, since the extension gets its settings from the library, complete.
  SETTINGS = {
    "database_url" => "sqlite::memory:", "environment" => "test", "database_pool_size" => 2, "lease_ms" => 30_000,
    "max_payload_bytes" => 1_048_576, "max_parallel_steps" => 10, "step_timeout_ms" => 30_000, "retry_limits" => {},
    "queue_capacity" => 1024, "busy_timeout_ms" => 5_000, "call_timeout_ms" => 60_000, "sqlite_synchronous" => "full",
    "worker_name" => nil, "max_steps_per_task" => 65_536, "log_level" => "error"
  }.freeze

  # Longer than any wait that a test means to sit out.
  LONG = 120_000

  # What `Thread#raise`, `Timeout` and `throw` carry in these tests.
  class Stop < StandardError; end

  # A minimal template of one step, and its task.
  TEMPLATE = {
    "definition" => {
      "name" => "one", "namespace_name" => "boundary", "version" => "1.0.0",
      "steps" => [{ "name" => "only", "handler" => { "callable" => "Only" }, "dependencies" => [] }]
    }
  }.freeze

  ALONE = File.dirname(File.expand_path($PROGRAM_NAME)) == __dir__

  # Stands for the tests of a file where that isn't the program: without their preparations, which belong to them alone.
  class Elsewhere < Minitest::Test; end

  def self.inherited(test)
    super
    return if ALONE

    file = caller_locations.map(&:absolute_path).find { |path| path&.end_with?("_test.rb") }
    Elsewhere.define_method("test_#{File.basename(file, "_test.rb")}_in_a_process_of_its_own") do
      output = IO.popen([RbConfig.ruby, "-w", "-I", EXTENSION_PATH, file], err: %i[child out], &:read)
      assert_predicate $CHILD_STATUS, :success?, output
    end
  end

  def self.runnable_methods
    ALONE && !equal?(BoundaryTest) ? super : []
  end

  def open_engine(**settings)
    answer = NATIVE.open(JSON.generate(SETTINGS.merge(settings.transform_keys(&:to_s))), LONG)
    assert_equal true, answer.first, answer.inspect
    (@engines ||= []) << answer.last
    answer.last
  end

  def teardown
    @engines&.each { |engine| engine.close(10_000) }
    super
  end

  # The value of an answer that must be one of success.
  def value_of(answer)
    assert_equal true, answer.first, answer.inspect
    answer.last
  end

  # The kind and the message of an answer that must be one of failure.
  def failure_of(answer)
    assert_equal [false, 4], [answer.first, answer.size], answer.inspect
    answer[1, 2]
  end

  def call(engine, kind, request = {})
    JSON.parse(value_of(engine.call(kind, JSON.generate(request), LONG)))
  end

  # A task of one step, ready to be taken.
  def submit_one(engine)
    call(engine, "register_template", TEMPLATE)
    submit(engine)
  end

  def submit(engine)
    request = { "namespace" => "boundary", "name" => "one", "context" => {} }
    call(engine, "submit", { "requests" => [request] }).fetch("tasks").first.fetch("task_id")
  end

  # Parks in the engine until something is ready, which nothing is.
  def wait_in(engine, timeout_ms: LONG)
    engine.exchange(0, 1, 60_000, [], timeout_ms)
  end

  # A thread that is inside a wait of the engine by the time that it is returned.
  def waiting_thread(engine, &block)
    block ||= -> { wait_in(engine) }
    thread = Thread.new do
      Thread.current.report_on_exception = false
      block.call
    end
    eventually("the thread waits") { thread.stop? }
    thread
  end

  def eventually(what, within: 10)
    deadline = now + within
    until yield
      flunk "not within #{within} s: #{what}" if now > deadline
      Thread.pass
    end
  end

  def assert_no_guards_left
    eventually("no guards are left, but #{NATIVE.live_guards}") { NATIVE.live_guards.zero? }
  end

  def assert_usable(engine)
    assert_equal [true, "{}"], engine.call("ping", "{}", LONG)
  end

  def assert_within(seconds)
    started = now
    result = yield
    assert_operator now - started, :<, seconds
    result
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # A panic writes where it was to the standard error, which is no news where it was asked for.
  def silently
    before = $stderr.dup
    $stderr.reopen(File::NULL)
    yield
  ensure
    $stderr.reopen(before)
    before.close
  end

  # Runs a program in a Ruby of its own; returns what it printed. It must end well.
  def ruby(program)
    command = [RbConfig.ruby, "-I", EXTENSION_PATH, "-r", "tasker_core/tasker_core", "-e", program]
    output = IO.popen([*command, JSON.generate(SETTINGS)], err: %i[child out], &:read)
    assert_predicate $CHILD_STATUS, :success?, output
    output
  end
end
