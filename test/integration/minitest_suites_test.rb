# frozen_string_literal: true

require_relative "children"

# Suites of Minitest that use the library as a project's own tests would.
class MinitestSuitesTest < Minitest::Test
  include Children

  HELPER = <<~'RUBY'
    TEMPLATE = { "namespace" => "suite", "name" => "pair",
                 "steps" => [{ "name" => "one", "handler" => { "callable" => "Suite.one" } },
                             { "name" => "two", "handler" => { "callable" => "Suite.two" }, "dependencies" => ["one"] }] }

    def prepare(coordinator)
      coordinator.register_handler("Suite.one") { |step| step.context["n"] + 1 }
      coordinator.register_handler("Suite.two") { |step| step.results["one"] * 2 }
      coordinator.register_template(TEMPLATE)
      coordinator
    end

    def run_with(coordinator, n)
      id = coordinator.initialize_task(namespace: "suite", name: "pair", context: { n: n }).task_id
      outcome = coordinator.orchestrate_task(id)
      [outcome.status, coordinator.get_task_context(id)["steps"].last["result"]]
    end
  RUBY

  EACH_ITS_OWN = <<~'RUBY'
    class OwnTest < Minitest::Test
      parallelize_me!

      def setup = @coordinator = prepare(TaskerCore.create_coordinator("sqlite::memory:"))
      def teardown = @coordinator.close

      40.times do |n|
        define_method("test_#{n}") do
          assert_equal ["complete", (n + 1) * 2], run_with(@coordinator, n)
          assert_equal 1, @coordinator.list_tasks.size
        end
      end
    end
  RUBY

  ALL_ON_ONE = <<~'RUBY'
    TaskerCore.configure(database_url: "sqlite::memory:")
    prepare(TaskerCore.coordinator)

    class SharedTest < Minitest::Test
      parallelize_me!

      40.times do |n|
        define_method("test_#{n}") { assert_equal ["complete", (n + 1) * 2], run_with(TaskerCore.coordinator, n) }
      end
    end
  RUBY

  AUTORUN_FIRST = 'require "minitest/autorun"'
  LIBRARY_FIRST = 'TaskerCore.create_coordinator("sqlite::memory:").close; require "minitest/autorun"'
  # Whatever is registered for the end of the program, before or after.
  OTHER_HOOKS = 'at_exit { TaskerCore.coordinator.list_tasks }; require "minitest/autorun"'

  { "before_the_library" => AUTORUN_FIRST, "after_the_library" => LIBRARY_FIRST }.each do |order, head|
    define_method("test_a_parallel_suite_with_a_coordinator_a_test_and_autorun_#{order}") do
      assert_suite_passes([head, HELPER, EACH_ITS_OWN].join("\n"))
    end

    define_method("test_a_parallel_suite_on_the_coordinator_of_the_process_and_autorun_#{order}") do
      assert_suite_passes([head, HELPER, ALL_ON_ONE].join("\n"))
    end
  end

  def test_a_hook_of_the_program_that_uses_the_library_after_the_suite
    assert_suite_passes([OTHER_HOOKS, HELPER, ALL_ON_ONE].join("\n"))
  end

  def test_a_suite_that_fails_has_its_status
    child = start_ruby(<<~RUBY)
      #{AUTORUN_FIRST}
      #{HELPER}
      class FailingTest < Minitest::Test
        def test_it = assert_equal(["complete", 5], run_with(prepare(TaskerCore.create_coordinator("sqlite::memory:")), 1))
      end
    RUBY
    output = child.finish

    assert_match(/1 runs, 1 assertions, 1 failures, 0 errors/, output)
    assert_equal 1, child.status.exitstatus
  end

  # As parallelize_me! with processes does: each worker is a fork of a process that has a coordinator already.
  def test_four_forked_workers_share_a_suite
    output = output_of(<<~RUBY, database)
      #{HELPER}
      TaskerCore.configure(database_url: ARGV.fetch(0))
      prepare(TaskerCore.coordinator)
      run_with(TaskerCore.coordinator, 0)
      workers = Array.new(4) do |worker|
        fork { exit!(Array.new(10) { |n| run_with(TaskerCore.coordinator, n + worker) }.map(&:first).uniq == ["complete"]) }
      end
      puts(workers.map { |pid| Process.wait2(pid).last.success? }.inspect)
      puts run_with(TaskerCore.coordinator, 3).inspect
      puts TaskerCore.coordinator.list_tasks(status: "complete", limit: 100).size
    RUBY

    assert_equal "[true, true, true, true]\n[\"complete\", 8]\n42\n", output
  end

  private

  def assert_suite_passes(code)
    output = output_of(code)

    assert_match(/40 runs, \d+ assertions, 0 failures, 0 errors, 0 skips/, output)
    assert_empty errors.lines.grep_v(/has no handler/)
  end
end
