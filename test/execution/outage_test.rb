# frozen_string_literal: true

require_relative "execution_helper"
require_relative "../boundary/held_database"

# What an outage says and when.
class OutageTest < Minitest::Test
  def setup
    @now = 5_000.0
    @outage = TaskerCore::Execution::Outage.new(-> { @now })
  end

  def failed(reports = 0)
    @outage.failed(TaskerCore::DatabaseError.new("gone"), 2.0, reports)
  end

  def test_it_speaks_at_its_begin_and_then_once_a_minute
    said = Array.new(100) do
      failed.tap { @now += 2_000 }
    end

    assert_equal [0, 30, 60, 90], said.each_index.select { |at| said[at] }
    assert_equal "exchange failed (gone); trying again in 2.0 s, until it succeeds", said[0]
    assert_match(/\Aexchange failed for 60\.0 s \(gone\)/, said[30])
  end

  def test_it_says_how_many_results_wait
    assert_match(/; 1 result waits to be handed in\z/, failed(1))
    @now += 60_000
    assert_match(/; 3 results wait to be handed in\z/, failed(3))
  end

  def test_it_says_once_that_it_is_over
    assert_nil @outage.over
    failed
    @now += 12_340

    assert_equal "the engine answers again, after 12.3 s", @outage.over
    assert_nil @outage.over
    refute_nil failed, "a new outage has a begin of its own"
  end
end

# A worker whose database can't be written to, as another process holds it.
class WorkerOutageTest < Minitest::Test
  include ExecutionHelper

  def setup
    super
    @folder = Dir.mktmpdir("tasker_core-test")
  end

  def teardown
    release
    super
    FileUtils.remove_entry(@folder)
  end

  # A worker with one step in its handler, and a database that nobody can write to from then on.
  def with_a_step_that_ends_in_an_outage
    runs = Queue.new
    with_coordinator("sqlite://#{path}", busy_timeout_ms: 50) do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"] }, { "a" => attempts(1), "b" => attempts(1) })
      handle_all(coordinator, { "a" => [], "b" => [] }) { |step| runs.push(step.name) && @gate.pass(30) && nil }
      id = submit(coordinator)
      worker = TaskerCore::Worker.new(coordinator, concurrency: 2).start
      eventually { @gate.waiting == 1 }
      hold
      @gate.open
      eventually { @log.string.include?("exchange failed") }
      yield coordinator, id, worker
      worker.stop(timeout: 5)
    end
    Array.new(runs.size) { runs.pop }
  end

  def complaints
    @log.string.scan(/exchange failed/).size
  end

  def test_it_keeps_what_is_finished_and_goes_on_when_the_database_is_back
    tries = 0
    runs = with_a_step_that_ends_in_an_outage do |coordinator, id, worker|
      count_exchanges(coordinator) { tries += 1 }
      # More than the quick tries, after which a call would have given up.
      eventually(20) { tries > 4 }

      assert_predicate worker, :running?
      release
      eventually(20) { coordinator.get_task_context(id)["status"] == "complete" }
    end

    assert_equal %w[a b], runs
    assert_equal 1, complaints, @log.string
    assert_match(/1 result waits to be handed in/, @log.string)
    assert_match(/the engine answers again, after [\d.]+ s/, @log.string)
  end

  def test_a_stop_goes_on_trying_to_hand_in_until_its_time_is_over
    runs = with_a_step_that_ends_in_an_outage do |coordinator, id, worker|
      stopping = Thread.new { worker.stop(timeout: 20) }
      eventually { stopping.status == "sleep" }
      release

      assert stopping.value, @log.string
      # What was waited for in vain just then is given back by the engine itself.
      eventually { %w[a b].map { |name| step_of(coordinator, id, name)["status"] } == %w[complete ready] }
    end

    assert_equal %w[a], runs
  end

  def test_a_stop_in_an_outage_ends_all_the_same_and_says_what_is_lost
    with_a_step_that_ends_in_an_outage do |_, id, worker|
      took = seconds_of { refute worker.stop(timeout: 0.1), @log.string }

      assert_operator took, :<, 5
      eventually { @log.string.match?(/reports lost: task #{id} step/) }
      release
    end
  end

  def test_a_stop_of_an_idle_worker_in_an_outage_is_quick
    with_coordinator("sqlite://#{path}", busy_timeout_ms: 50) do |coordinator|
      worker = TaskerCore::Worker.new(coordinator).start
      hold

      assert_operator(seconds_of { assert worker.stop(timeout: 20) }, :<, 5)
      release
    end
  end

  private

  def path = File.join(@folder, "tasks.sqlite3")

  # Another process takes SQLite's lock for writers.
  def hold
    suffix, from, length = HeldDatabase::FOR_WRITING
    @holder = IO.popen([RbConfig.ruby, "-e", HeldDatabase::HOLDER, path + suffix, from.to_s, length.to_s], "r+")
    assert_equal "held\n", @holder.gets
  end

  def release
    @holder&.close
    @holder = nil
  end

  def count_exchanges(coordinator)
    coordinator.define_singleton_method(:exchange) do |*arguments, **options|
      yield
      super(*arguments, **options)
    end
  end
end
