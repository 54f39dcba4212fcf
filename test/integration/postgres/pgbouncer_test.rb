# frozen_string_literal: true

require_relative "../../support/pgbouncer"
require_relative "postgres_case"

# Whole workflows through a pgbouncer in transaction mode, whose few connections everybody shares.
class PgbouncerTest < Minitest::Test
  include PostgresCase

  POOLED = { database_pooler: "transaction" }.freeze
  CONNECTIONS = 3
  THREADS = 4
  TASKS = 15
  SETTING = /\Aa pooler before PostgreSQL gives each transaction another session; .+ database_pooler to "transaction"/

  def with_pgbouncer(upstream = Postgres.url, *options, &)
    Pgbouncer.with_server("--pool-size", CONNECTIONS, *options, upstream:, &)
  end

  # Every kind of call at once, by several threads, each with tasks of its own. What other processes take waits
  # at the gate.
  def use(coordinator)
    request = Relay.request
    request = request.merge(context: request[:context].merge(gate: path("gate")))
    threads = Array.new(THREADS) do
      Thread.new do
        Array.new(TASKS) do |number|
          id = coordinator.initialize_task(**request).task_id
          assert_equal id, coordinator.get_task_context(id)["task_id"]
          coordinator.orchestrate_task(id) if (number % 3).zero?
          id
        end
      end
    end
    yield
    threads.flat_map(&:value)
  end

  def test_several_processes_share_three_connections
    with_schema do |schema|
      with_pgbouncer do |pgbouncer|
        with_postgres(pgbouncer.url, schema, **POOLED) do |coordinator|
          Relay.register(coordinator, path("record"))
          workers = Array.new(2) { start_relay(pgbouncer.url, schema, **POOLED) }
          ids = use(coordinator) { open_gate_to_several(schema) }
          await_tasks(coordinator, ids)
          workers.each { |worker| stop_relay(worker) }

          assert_kept(coordinator, ids)
          assert_operator connections_of(pgbouncer), :<=, CONNECTIONS
        end
      end
    end
    assert_no_repeats
    refute_match(/prepared statement|ERROR/, log)
  end

  def test_a_pooler_that_is_restarted_and_one_without_a_server_are_waited_for
    Postgres.with_server do |server|
      # After a server that refused it, it doesn't try again for that long: 15 s by default.
      with_pgbouncer(server.url, "--set", "server_login_retry=1") do |pgbouncer|
        with_postgres(pgbouncer.url, **POOLED, **HASTY) do |coordinator|
          Relay.register(coordinator, path("record"))
          worker = start_relay(pgbouncer.url, **POOLED, **HASTY)
          ids = [pgbouncer, server].flat_map do |gone|
            # In the middle of work.
            ids = Array.new(10) { patiently { coordinator.initialize_task(**Relay.request).task_id } }
            gone.stop("fast")
            outage_of(pgbouncer.url) { coordinator.initialize_task(**Relay.request) }
            outage_of(pgbouncer.url) { coordinator.get_task_context(ids.first) }
            gone.start
            ids
          end
          await_tasks(coordinator, ids)
          stop_relay(worker)

          assert_kept(coordinator, ids)
        end
      end
    end
    assert_no_repeats
  end

  # What somebody meets who has forgotten the setting: the session of one transaction may be another's in the next. What
  # was prepared in it isn't there, or is something else, and so are the tables.
  def test_without_the_setting_nothing_is_done_in_a_wrong_session_and_the_setting_is_named
    with_schema do |schema|
      with_pgbouncer do |pgbouncer|
        with_postgres(pgbouncer.url, schema) do |coordinator|
          Relay.register(coordinator, path("record"))
          [-> { coordinator.initialize_task(**Relay.request) }, -> { coordinator.list_tasks }].each do |call|
            # There are calls that meet their session again.
            patiently(&call)
            give_other_sessions(pgbouncer)

            assert_match SETTING, outage_of(pgbouncer.url, &call).message
          end
          assert_equal 1, tasks_in(coordinator, "pending")
        end
      end
    end
  end

  private

  # From now on transactions are in other sessions than before: here always, otherwise now and then.
  def give_other_sessions(pgbouncer)
    pgbouncer.ask("RECONNECT")
    eventually(20, "the end of all sessions") { connections_of(pgbouncer).zero? }
  end

  def connections_of(pgbouncer)
    # In the console's words: active, idle, used and tested ones.
    pgbouncer.ask("SHOW SERVERS").split(";").count { |row| row.include?("|tasker_test|") }
  end

  # One process alone might be through with everything before the others have looked.
  def open_gate_to_several(schema)
    holders = "select count(distinct worker_id) from #{schema}.steps where state = 'in_progress'"
    Postgres.connect { |pg| eventually(20, "steps in several processes") { pg.exec(holders).getvalue(0, 0).to_i >= 2 } }
    File.write(path("gate"), "")
  end
end
