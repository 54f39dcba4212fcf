# frozen_string_literal: true

require_relative "../support/postgres"
require_relative "worker_processes"

# tasker-worker on a PostgreSQL that comes and goes.
class WorkerPostgresTest < Minitest::Test
  include WorkerProcesses

  def setup
    super
    @server = ServerProgram.new(Postgres::PROGRAM)
  end

  def teardown
    super
    @server.close
  end

  def database = @server.url

  def password = database[%r{:([^:@/]+)@}, 1]

  def test_a_web_process_and_two_workers_share_one_database
    open_gate
    workers = Array.new(2) { start_worker("--concurrency", "4") }
    web = start_ruby(WEB, database, path("line.yml"))
    assert_equal "{\"complete\"=>50}\n", web.finish(60)
    shown = workers.map { |worker| File.read("/proc/#{worker.pid}/cmdline") }
    workers.each { |worker| worker.signal(:TERM) && worker.finish }

    assert_equal [0, 0], workers.map { |worker| worker.status.exitstatus }, errors
    assert_each_step_ran_once_and_not_by_one_alone
    refute_includes errors + shown.join, password
    assert_match(%r{tasker-worker postgres://tasker:\*\*\*@}, shown.first)
  end

  def test_it_keeps_a_result_while_the_database_is_gone_and_goes_on_by_itself
    with_a_step_that_runs do |worker, coordinator, id|
      @server.stop
      open_gate
      wait_for_log(/exchange failed \(/)
      @server.start
      eventually(60, "the task") { complete?(coordinator, id) }
      worker.signal(:TERM)
      worker.finish

      assert_predicate worker.status, :success?, errors
      assert_equal [["a", "complete", 1], ["b", "complete", 1]], steps_of(coordinator, id)
      assert_equal(%w[a b], record.map { |line| line.split[1] })
      assert_match(/the engine answers again, after [\d.]+ s/, errors)
    end
  end

  def test_sigterm_ends_it_while_the_database_is_gone
    with_a_step_that_runs("--timeout", "1") do |worker, *|
      @server.stop("immediate")
      open_gate
      worker.signal(:TERM)
      took = seconds_for { worker.finish(30) }

      assert_predicate worker.status, :success?, errors
      assert_operator took, :<, 10
    end
  end

  def test_sigterm_ends_it_while_the_database_hangs
    with_a_step_that_runs("--timeout", "1") do |worker, *|
      @server.pause
      open_gate
      worker.signal(:TERM)
      took = seconds_for { worker.finish(30) }
      @server.resume

      assert_predicate worker.status, :success?, errors
      assert_operator took, :<, 10
    end
  end

  def test_tables_are_made_where_a_worker_is_told_to_and_only_there
    env = { "TASKER_AUTO_MIGRATE" => "false", "TASKER_DATABASE_URL" => database, "TASKER_SCHEMA" => "elsewhere" }
    worker = start_worker(env:)
    worker.finish

    assert_equal 1, worker.status.exitstatus, errors
    assert_match(/the schema elsewhere has no tables of tasker_core yet.*run TaskerCore\.migrate!/, errors)
    assert_match(%r{\Apostgres://tasker:\*\*\*@.*: the tables are brought from version 0 to [1-9]\d*$}, migrate(env))
    assert_match(/: the tables are already at version [1-9]\d*$/, migrate(env))
    refute_includes errors, password
    worker = start_worker(env:)
    wait_for_log(/starts: /)
    worker.signal(:TERM)
    worker.finish

    assert_predicate worker.status, :success?, errors
  end

  private

  def complete?(coordinator, id)
    coordinator.get_task_context(id)["status"] == "complete"
  rescue TaskerCore::DatabaseError
    false
  end

  def migrate(env)
    program = start(RbConfig.ruby, "-W", "-I", LIBRARY, PROGRAM, "--migrate", env:)
    program.finish.tap { assert_predicate program.status, :success?, errors }
  end
end
