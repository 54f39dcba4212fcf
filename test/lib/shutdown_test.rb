# frozen_string_literal: true

require_relative "../test_helper"
require_relative "programs"

class ShutdownTest < Minitest::Test
  include Programs

  ENDINGS = ["", "exit(0)", "coordinator.close", "Thread.new { exit(0) }.join"].freeze

  ENDINGS.each do |ending|
    define_method("test_a_program_that_ends_with_#{ending.inspect}_ends_at_once_and_gives_its_claims_back") do
      Dir.mktmpdir do |folder|
        output_of(<<~RUBY, limit: 15)
          coordinator = ready(TaskerCore.create_coordinator("sqlite://#{folder}/tasks.db"))
          coordinator.initialize_task(namespace: "test", name: "one")
          coordinator.exchange(0, 1, 0, [])
          #{ending}
        RUBY
        coordinator = TaskerCore.create_coordinator("sqlite://#{folder}/tasks.db")
        assert_equal %w[ready], (coordinator.get_task_context(1)["steps"].map { |step| step["status"] })
      ensure
        coordinator&.close
      end
    end
  end

  def test_a_program_ends_while_threads_wait
    output_of(<<~RUBY, limit: 15)
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      Array.new(3) { Thread.new { Thread.current.report_on_exception = false; coordinator.exchange(0, 1, 600_000, []) } }
           .each { |thread| Thread.pass until thread.stop? }
    RUBY
  end

  def test_abort_keeps_its_status
    _, errors, status = program(<<~RUBY)
      ready(TaskerCore.create_coordinator("sqlite::memory:"))
      abort "enough"
    RUBY

    assert_equal ["enough\n", 1], [errors, status.exitstatus]
  end

  def test_a_coordinator_made_before_a_suite_serves_its_tests
    output, _, status = program(<<~RUBY)
      require "minitest/autorun"
      COORDINATOR = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      class SuiteTest < Minitest::Test
        def test_it_runs = assert_equal("complete", run_one(COORDINATOR))
        def test_it_runs_again = assert_equal("complete", run_one(COORDINATOR))
        def run_one(coordinator) = coordinator.orchestrate_task(coordinator.initialize_task(namespace: "test", name: "one")).status
      end
    RUBY

    assert_predicate status, :success?, output
    assert_match(/2 runs, 2 assertions, 0 failures, 0 errors/, output)
  end

  def test_records_that_are_still_queued_are_logged
    output = output_of(<<~RUBY)
      TaskerCore.logger = Logger.new($stdout)
      ready(TaskerCore.create_coordinator("sqlite::memory:"))
      make_the_engine_complain
    RUBY

    assert_match(%r{opening .*/broken.db}, output)
  end
end
