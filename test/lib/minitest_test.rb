# frozen_string_literal: true

require_relative "../test_helper"
require_relative "programs"

# How a program's own suite uses the library.
class MinitestTest < Minitest::Test
  include Programs

  def test_tests_that_run_at_once_may_share_a_coordinator_or_have_their_own
    output, errors, status = program(<<~'RUBY')
      require "minitest/autorun"
      TaskerCore.configure(database_url: "sqlite::memory:")
      class ParallelTest < Minitest::Test
        parallelize_me!

        20.times do |n|
          define_method("test_shared_#{n}") { assert_equal "complete", run_one(TaskerCore.coordinator) }
          define_method("test_own_#{n}") { assert_equal "complete", run_one(TaskerCore.create_coordinator("sqlite::memory:")) }
        end

        def run_one(coordinator)
          ready(coordinator)
          coordinator.orchestrate_task(coordinator.initialize_task(namespace: "test", name: "one")).status
        end
      end
    RUBY

    assert_equal ["", true], [errors, status.success?], output
    assert_match(/40 runs, 40 assertions, 0 failures, 0 errors/, output)
  end

  def test_tests_that_run_in_forked_processes_share_a_file
    Dir.mktmpdir do |folder|
      output = output_of(<<~RUBY)
        TaskerCore.configure(database_url: "sqlite://#{folder}/tasks.db")
        ready(TaskerCore.coordinator)
        pids = Array.new(4) { fork { exit(Array.new(5) { run(TaskerCore.coordinator) }.uniq == ["complete"] ? 0 : 1) } }
        puts(pids.all? { |pid| Process.wait2(pid).last.success? })
        puts TaskerCore.coordinator.list_tasks(status: "complete").size
      RUBY

      assert_equal "true\n20\n", output
    end
  end
end
