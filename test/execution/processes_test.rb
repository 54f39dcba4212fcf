# frozen_string_literal: true

require "open3"
require "rbconfig"
require_relative "execution_helper"

# What handlers do to the process, and what the end of the process does to handlers: each in a process of its own.
class ProcessesTest < Minitest::Test
  include ExecutionHelper

  BEGINNING = <<~RUBY
    require "tasker_core"
    coordinator = TaskerCore.create_coordinator("sqlite::memory:")
    TaskerCore.logger = nil
    coordinator.register_template("name" => "t", "steps" => [{ "name" => "a", "handler" => { "callable" => "a" } }])
    TaskerCore.logger = Logger.new($stdout, level: Logger::WARN)
    submit = -> { coordinator.initialize_task(name: "t").task_id }
    step = ->(id) { coordinator.get_task_context(id)["steps"].first.values_at("status", "attempts", "result").inspect }
  RUBY

  # Gives what the script printed, line by line, and its exit status.
  def script(text)
    library = File.expand_path("../../lib", __dir__)
    output, status = within(60) { Open3.capture2e(RbConfig.ruby, "-w", "-I", library, "-e", BEGINNING + text) }
    [output.lines.map(&:chomp), status]
  end

  def test_a_child_that_a_handler_forks_reports_nothing
    ["fork { exit 7 }", "fork || exit(7)", "fork || next"].zip([7, 7, 0]) do |fork, code|
      lines, status = script(<<~RUBY)
        coordinator.register_handler("a") { |_| Process.wait2(#{fork}).last.exitstatus }
        puts coordinator.orchestrate_task(id = submit.call).status, step[id]
      RUBY

      assert_equal ["complete", "[\"complete\", 1, #{code}]"], lines, fork
      assert_predicate status, :success?
    end
  end

  def test_a_child_runs_tasks_with_threads_of_its_own_and_the_parent_goes_on
    lines, = script(<<~RUBY)
      coordinator.register_handler("a", &:name)
      coordinator.orchestrate_task(submit.call)
      Process.wait(fork { puts coordinator.orchestrate_task(submit.call).status })
      puts coordinator.orchestrate_task(submit.call).status
    RUBY

    assert_equal %w[complete complete], lines
  end

  def test_the_program_ends_at_once_and_silently_while_a_handler_sleeps
    lines = status = nil
    took = seconds_of do
      lines, status = script(<<~RUBY)
        begun = Queue.new
        coordinator.register_handler("a") { |_| begun.push(1) && sleep }
        Thread.new { coordinator.orchestrate_task(submit.call) }
        begun.pop
      RUBY
    end

    assert_empty lines
    assert_predicate status, :success?
    assert_operator took, :<, 10
  end

  def test_a_worker_that_nobody_stops_is_stopped_at_the_end_of_the_program
    lines, status = script(<<~RUBY)
      done = Queue.new
      coordinator.register_handler("a") { |_| done.push(1) && nil }
      worker = nil
      # Hooks run in the reverse order of their setting: this one before the library's, that one after it.
      at_exit { puts worker.running? }
      worker = TaskerCore::Worker.new(coordinator).start
      at_exit { puts worker.running? }
      submit.call
      done.pop
    RUBY

    assert_equal %w[true false], lines
    assert_predicate status, :success?
  end
end
