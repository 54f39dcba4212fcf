# frozen_string_literal: true

require_relative "../test_helper"
require_relative "templates"

class CoordinatorTest < Minitest::Test
  include TestHelper
  include Templates

  def test_it_says_in_one_line_how_it_stands
    with_coordinator do |coordinator|
      assert_equal "#<TaskerCore::Coordinator sqlite::memory: open, 0 templates>", coordinator.inspect
      register_linear(coordinator, "a")

      assert_equal "#<TaskerCore::Coordinator sqlite::memory: open, 1 template>", coordinator.to_s
      coordinator.close
      assert_equal "#<TaskerCore::Coordinator sqlite::memory: closed, 1 template>", coordinator.inspect
    end
  end

  CALLS = {
    initialize_task: [{ "name" => "a" }], initialize_tasks: [[{ "name" => "a" }]], orchestrate_task: [1],
    get_task_context: [1], get_complete_task_context: [1], cancel_task: [1], pause_task: [1], resume_task: [1],
    retry_step: [1, "a"], resolve_step: [1, "a"], list_tasks: [], get_performance_metrics: [], templates: [],
    register_handler: ["C", String],
    register_template: [{ "name" => "a", "steps" => [{ "name" => "b", "handler" => { "callable" => "C" } }] }]
  }.freeze

  def test_every_call_after_close_says_that_it_is_closed
    with_coordinator do |coordinator|
      refute_predicate coordinator, :closed?
      2.times { assert_nil coordinator.close }

      assert_predicate coordinator, :closed?
      CALLS.each do |name, arguments|
        error = assert_raises(TaskerCore::CoordinatorClosed, name) { coordinator.public_send(name, *arguments) }
        assert_match(/make another one with TaskerCore.create_coordinator/, error.message)
      end
      assert_equal "coordinator_closed", coordinator.orchestrate_with_errors(1)["error_type"]
    end
  end

  def test_a_call_in_another_thread_ends_when_it_is_closed
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      parked = Thread.new do
        Thread.current.report_on_exception = false
        coordinator.exchange(0, 1, 60_000, [])
      end
      eventually { parked.stop? }
      coordinator.close

      assert_raises(TaskerCore::CoordinatorClosed) { parked.value }
    end
  end

  def test_it_cannot_be_copied_or_marshalled
    with_coordinator do |coordinator|
      assert_raises(TypeError) { coordinator.dup }
      assert_raises(TypeError) { coordinator.clone }
      assert_match(/pass its database_url/, assert_raises(TypeError) { Marshal.dump(coordinator) }.message)
    end
  end

  def test_a_database_is_the_file_that_was_named_wherever_the_program_goes_later
    Dir.mktmpdir do |folder|
      Dir.chdir(folder) do
        with_coordinator("sqlite://tasks.db") { |coordinator| register_linear(coordinator, "a") }
      end

      assert_path_exists File.join(folder, "tasks.db")
    end
  end

  def test_what_is_stored_is_there_for_the_next_coordinator
    Dir.mktmpdir do |folder|
      url = "sqlite://#{folder}/tasks.db"
      id = with_coordinator(url) do |coordinator|
        register_linear(coordinator, "a")
        start(coordinator, { "x" => 1 }).task_id
      end
      with_coordinator(url) { |coordinator| assert_equal({ "x" => 1 }, coordinator.get_task_context(id)["context"]) }
    end
  end

  def test_a_database_that_cannot_be_opened_is_a_named_error
    Dir.mktmpdir do |folder|
      File.write("#{folder}/text.db", "this is no database, and long enough to be seen as none\n" * 100)
      with_log do |log|
        ["#{folder}/text.db", "#{folder}/nowhere/tasks.db", folder].each do |path|
          error = assert_raises(TaskerCore::DatabaseError, path) { TaskerCore.create_coordinator("sqlite://#{path}") }
          assert_includes error.message, path
        end
        eventually { log.string.include?("text.db") }
      end
    end
  end

  def test_wrong_arguments_to_create_are_named
    assert_match(/database_url must be a String, got Hash; .*create_coordinator_with_config/,
                 assert_raises(TypeError) { TaskerCore.create_coordinator({ "a" => 1 }) }.message)
    assert_match(/must be a Hash, got String/,
                 assert_raises(TypeError) { TaskerCore.create_coordinator_with_config("sqlite::memory:") }.message)
    assert_raises(TaskerCore::ConfigurationError) { TaskerCore.create_coordinator("mysql://host/db") }
  end

  def test_a_time_limit_of_close_is_checked
    with_coordinator do |coordinator|
      assert_raises(TypeError) { coordinator.close(timeout: "1") }
      assert_raises(ArgumentError) { coordinator.close(timeout: -1) }
      refute_predicate coordinator, :closed?
    end
  end

  def test_many_threads_may_share_it
    with_coordinator do |coordinator|
      register_linear(coordinator, "a")
      ids = Array.new(8) { Thread.new { Array.new(20) { start(coordinator).task_id } } }.flat_map(&:value)

      assert_equal 160, ids.uniq.size
      assert_equal 160, coordinator.list_tasks(limit: 1000).size
    end
  end

  def test_dropped_coordinators_leave_nothing_behind
    make_and_drop(20)
    before = [native_threads, open_files]
    make_and_drop(200)

    assert_operator settled(before.first) { native_threads }, :<=, before.first
    assert_operator settled(before.last) { open_files }, :<=, before.last
  end

  private

  def make_and_drop(count)
    count.times do
      coordinator = TaskerCore.create_coordinator("sqlite::memory:")
      register_linear(coordinator, "a")
    end
    GC.start
  end

  # The number, once it has come down to what is allowed, or what it stays at.
  def settled(allowed)
    eventually(10) do
      GC.start
      yield <= allowed
    end
    yield
  end

  def native_threads
    Dir.children("/proc/self/task").size
  end

  def open_files
    Dir.children("/proc/self/fd").size
  end
end
