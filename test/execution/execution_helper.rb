# frozen_string_literal: true

require_relative "../test_helper"

# What the tests of running steps share: graphs in one line, and places where handlers meet.
module ExecutionHelper
  include TestHelper

  def setup
    @gate = Gate.new
    @logger = TaskerCore.logger
    TaskerCore.logger = Logger.new(@log = StringIO.new)
  end

  # Nothing of a test runs on beside the next one.
  def teardown
    @gate.open
    eventually(20, "the end of all handlers") { step_threads == TaskerCore::Execution::Pool.idle }
    TaskerCore.logger = @logger
  end

  def step_threads
    Thread.list.count { |thread| thread.name == "tasker_core step" }
  end

  # Registers a template `graph: { "a" => [], "b" => ["a"] }` whose handlers have their steps' names.
  # Options by step: `"a" => { "retry" => {…} }`.
  def template(coordinator, graph, options = {}, name: "work")
    steps = graph.map do |step, parents|
      { "name" => step, "handler" => { "callable" => step }, "dependencies" => parents }.merge(options[step] || {})
    end
    coordinator.register_template("namespace" => "test", "name" => name, "steps" => steps)
  end

  # Starts a task of it and returns the task's id.
  def submit(coordinator, context = {}, name: "work")
    coordinator.initialize_task("namespace" => "test", "name" => name, "context" => context).task_id
  end

  # Handlers for all steps of a graph.
  def handle_all(coordinator, graph, &)
    graph.each_key { |step| coordinator.register_handler(step, &) }
  end

  # The step of that name, as the task's context tells it.
  def step_of(coordinator, task_id, name)
    coordinator.get_task_context(task_id)["steps"].find { |step| step["name"] == name }
  end

  # No retry, or a quick one.
  def attempts(count, base_ms: 1)
    { "retry" => { "max_attempts" => count, "backoff" => "none", "backoff_base_ms" => base_ms } }
  end

  # Fails the test where the block takes longer, instead of hanging it.
  def within(seconds, &)
    Timeout.timeout(seconds, &)
  rescue Timeout::Error
    flunk "not done within #{seconds} s"
  end

  def seconds_of
    before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - before
  end

  # A door that handlers wait at until the test opens it.
  class Gate
    def initialize
      @mutex = Mutex.new
      @bell = ConditionVariable.new
      @open = false
      @waiting = 0
    end

    # How many wait at it.
    def waiting
      @mutex.synchronize { @waiting }
    end

    def open
      @mutex.synchronize do
        @open = true
        @bell.broadcast
      end
      nil
    end

    # Waits until it is open, or raises after so many seconds.
    def pass(seconds = 10)
      limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
      @mutex.synchronize do
        @waiting += 1
        until @open
          left = limit - Process.clock_gettime(Process::CLOCK_MONOTONIC)
          raise "the gate was not opened" unless left.positive?

          @bell.wait(@mutex, left)
        end
      ensure
        @waiting -= 1
      end
    end
  end
end
