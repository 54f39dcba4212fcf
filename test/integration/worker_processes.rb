# frozen_string_literal: true

require "yaml"
require_relative "children"

# For tests of tasker-worker as a process: handlers that wait for the test, and a template of two steps.
module WorkerProcesses
  include Children

  PROGRAM = File.expand_path("../../exe/tasker-worker", __dir__)

  # A step leaves a line when it begins, and ends when the file `gate` is there.
  HANDLERS = <<~'RUBY'
    module Slow
      class Step
        def call(step)
          File.open("#{__dir__}/record", "a") { |file| file.syswrite("#{step.task_id} #{step.name} #{Process.pid}\n") }
          sleep 0.005 until File.exist?("#{__dir__}/gate")
          step.name
        end
      end

      class Stubborn < Step
        def call(step) = Thread.handle_interrupt(Object => :never) { super }
      end
    end
  RUBY

  STEP = { "name" => "a", "handler" => { "callable" => "Slow::Step" } }.freeze
  TEMPLATE = { "namespace" => "slow", "name" => "line",
               "steps" => [STEP, STEP.merge("name" => "b", "dependencies" => ["a"])] }.freeze

  def setup
    super
    File.write(path("handlers.rb"), HANDLERS)
    File.write(path("line.yml"), TEMPLATE.to_yaml)
  end

  def start_worker(*options, database: self.database, **settings)
    start(RbConfig.ruby, "-W", "-I", LIBRARY, PROGRAM, "--database", database, "--require", path("handlers.rb"),
          *options, **settings)
  end

  def submit(coordinator, template = TEMPLATE)
    coordinator.register_template(template)
    coordinator.initialize_task(template.slice("namespace", "name")).task_id
  end

  # A worker with a step in its handler.
  def with_a_step_that_runs(*options, template: TEMPLATE)
    with_coordinator(database) do |coordinator|
      id = submit(coordinator, template)
      worker = start_worker(*options)
      eventually(20, "the begin of the step") { record.any? }
      yield worker, coordinator, id
    end
  end

  def steps_of(coordinator, id)
    coordinator.get_task_context(id)["steps"].map { |step| step.values_at("name", "status", "attempts") }
  end

  def open_gate = File.write(path("gate"), "")

  def wait_for_log(pattern)
    eventually(20, pattern.inspect) { errors.match?(pattern) }
  end

  # A web process, which submits and looks.
  WEB = <<~'RUBY'
    coordinator = TaskerCore.create_coordinator(ARGV.fetch(0))
    coordinator.register_template(ARGV.fetch(1))
    ids = Array.new(50) { coordinator.initialize_task("namespace" => "slow", "name" => "line").task_id }
    states = nil
    sleep 0.01 until (states = ids.map { |id| coordinator.get_task_context(id)["status"] }.tally) == { "complete" => 50 }
    p states
  RUBY

  def assert_each_step_ran_once_and_not_by_one_alone
    *runs, pids = *record.map(&:split).transpose

    assert_equal [100, 100], [runs.transpose.size, runs.transpose.uniq.size]
    assert_equal 2, pids.uniq.size, "one process did all the work"
  end
end
