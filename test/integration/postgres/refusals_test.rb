# frozen_string_literal: true

require_relative "postgres_case"

# A PostgreSQL that answers, and refuses: whoever calls is told what to do, and all goes on once it is done.
class RefusalsTest < Minitest::Test
  include PostgresCase

  # One whose roles and settings these tests change.
  def self.server
    @server ||= ServerProgram.new(Postgres::PROGRAM).tap { |server| Minitest.after_run { server.close } }
  end

  def server = self.class.server

  # A coordinator in a schema of its own, with one task.
  def with_task(server = self.server, **settings)
    @schema = "s#{SecureRandom.alphanumeric(12).downcase}"
    with_postgres(server.url, @schema, **settings) do |coordinator|
      Relay.register(coordinator, path("record"))
      yield coordinator, coordinator.initialize_task(**Relay.request).task_id
    end
  end

  def submit(coordinator) = coordinator.initialize_task(**Relay.request).task_id

  # That the call fails with this message, and that all goes on once the reason is gone.
  def assert_refused(coordinator, message, call, over)
    assert_match message, outage_of(server.url, &call).message
    over.call
    patiently(&call)
    id = submit(coordinator)

    assert_equal "complete", coordinator.orchestrate_task(id).status
    assert_kept(coordinator, [id])
  end

  # Changes the role, for all connections but that of the test.
  def alter_role(setting, keep: 0)
    server.sql("alter role tasker #{setting}")
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tasker' and pid <> #{keep}")
  end

  def test_a_statement_timeout
    with_task do |coordinator, id|
      [-> { submit(coordinator) }, -> { coordinator.get_task_context(id) }].each do |call|
        Postgres.connect(server.url) do |pg|
          pg.exec("begin; lock table #{@schema}.tasks in access exclusive mode")
          alter_role("set statement_timeout = 200", keep: pg.backend_pid)

          assert_refused(coordinator, /longer than the database's statement_timeout; nothing was written/, call,
                         -> { pg.exec("rollback") })
        end
      end
    end
  ensure
    alter_role("reset all")
  end

  def test_a_row_that_another_session_locks
    with_task(**HASTY) do |coordinator, id|
      Postgres.connect(server.url) do |pg|
        pg.exec("begin; select from #{@schema}.tasks where id = #{id} for update")

        assert_refused(coordinator, /locked by another process for longer than busy_timeout_ms; nothing was written/,
                       -> { coordinator.pause_task(id) }, -> { pg.exec("rollback") })
      end
    end
  end

  def test_a_read_only_server
    with_task do |coordinator, id|
      alter_role("set default_transaction_read_only = on")

      assert_equal "pending", coordinator.get_task_context(id)["status"]
      # The connection that was refused isn't kept, so the end of it is noticed.
      over = -> { server.sql("alter role tasker reset all") }
      assert_refused(coordinator, /takes no writes here: .* in a read-only transaction; nothing was written/,
                     -> { submit(coordinator) }, over)
    end
  end

  def test_revoked_rights
    with_task do |coordinator, _|
      server.sql("alter table #{@schema}.steps owner to postgres")

      assert_refused(coordinator, /refuses it: permission denied for table steps; nothing was written; grant the right/,
                     -> { submit(coordinator) }, -> { server.sql("alter table #{@schema}.steps owner to tasker") })
    end
  end

  def test_a_call_that_somebody_cancels
    with_task(busy_timeout_ms: 30_000) do |coordinator, id|
      Postgres.connect(server.url) do |pg|
        pg.exec("begin; select from #{@schema}.tasks where id = #{id} for update")
        cancelling = Thread.new do
          cancel = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
          eventually(20, "a call that waits") { server.ask(cancel) == "t" }
        end

        assert_refused(coordinator, /the database reported an error; nothing was written/,
                       -> { coordinator.pause_task(id) }, -> { pg.exec("rollback") })
        cancelling.join
      end
    end
  end

  def test_a_database_that_can_not_be_opened
    server.sql("drop schema if exists theirs; create schema theirs authorization postgres")
    server.sql("drop role if exists stranger; create role stranger login password 'secret'")
    password = URI.parse(server.url).password
    stranger = server.url.sub("tasker:#{password}", "stranger:secret")

    assert_not_opened(/password authentication failed for user "tasker"; check user and password/,
                      server.url.sub(password, "wrong"))
    assert_not_opened(/database "nowhere" does not exist; create it, or check the name in the URL/,
                      server.url.sub("tasker_test", "nowhere"))
    assert_not_opened(/permission denied for database tasker_test; .*grant the right to the user of the URL/, stranger)
    assert_not_opened(/no schema has been selected to create in; .*grant the right to the user of the URL/, server.url,
                      "theirs")
  end

  def test_a_password_that_is_changed_while_it_is_open
    with_task do |coordinator, id|
      password = URI.parse(server.url).password
      alter_role("password 'another'")

      assert_match(/password authentication failed/,
                   outage_of(server.url) { coordinator.get_task_context(id) }.message)
      assert_refused(coordinator, /password authentication failed.*check user and password/, -> { submit(coordinator) },
                     -> { server.sql("alter role tasker password '#{password}'") })
    end
  end

  def test_too_many_connections
    options = ["--set", "max_connections=9", "--set", "superuser_reserved_connections=2"]
    Postgres.with_server(*options) do |server|
      with_task(server, **HASTY) do |coordinator, _|
        others = take_all_connections(server)

        assert_refused(coordinator, /connection slots are reserved.*raise max_connections or use fewer connections/,
                       -> { submit(coordinator) }, -> { others.each(&:close) })
      end
    end
  end

  def test_a_full_disk
    flunk "a disk of its own takes root: run this test as root" unless Process.uid.zero?
    Postgres.with_server("--data-size-mb", "150") do |server|
      with_task(server) do |coordinator, _|
        server.fill
        # Some rows find room in pages that are there.
        fill_up = -> { 1000.times { coordinator.initialize_task(**Relay.request, context: { text: "x" * 500_000 }) } }

        assert_match(/the database or its disk is full; nothing was written, make room and try again/,
                     outage_of(server.url, &fill_up).message)
        server.free
        id = patiently { submit(coordinator) }

        assert_equal "complete", patiently { coordinator.orchestrate_task(id).status }
        assert_kept(coordinator, [id])
      end
    end
  end

  private

  def assert_not_opened(message, url, schema = "elsewhere")
    error = outage_of(url) { TaskerCore.create_coordinator_with_config(database_url: url, schema:).close }

    assert_match message, error.message
    assert_match(/ can't be opened: /, error.message)
  end

  # Ends ours, too, whose places are taken before they come back.
  def take_all_connections(server)
    others = []
    eventually(20, "an end of all connections") do
      server.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tasker_core'")
      loop { others << PG.connect(server.url) }
    rescue PG::Error
      server.ask("select count(*) from pg_stat_activity where application_name = 'tasker_core'") == "0"
    end
    others
  end
end
