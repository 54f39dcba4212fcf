# frozen_string_literal: true

require_relative "postgres_case"

# A PostgreSQL that ends our connections, refuses them for a while, or says nothing.
class OutagesTest < Minitest::Test
  include PostgresCase

  TASKS = 60

  # With one task in it, through a proxy.
  def with_proxy(server = Postgres.url, schema = "tasker", **settings)
    Proxy.open(server) do |proxy|
      with_postgres(proxy.url, schema, **settings) do |coordinator|
        Relay.register(coordinator, path("record"))
        yield proxy, coordinator, coordinator.initialize_task(**Relay.request).task_id
      end
    end
  end

  def test_connections_that_are_terminated_all_the_time_lose_and_repeat_nothing
    with_schema do |schema|
      with_postgres(Postgres.url, schema) do |coordinator|
        Relay.register(coordinator, path("record"))
        worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start
        # None of these calls may fail.
        submitting = Thread.new { Array.new(TASKS) { coordinator.initialize_task(**Relay.request).task_id } }
        ended = terminate_while { coordinator.list_tasks(status: "complete", limit: 1000).size < TASKS }
        ids = submitting.value
        assert worker.stop

        assert_kept(coordinator, ids)
        assert_equal TASKS, coordinator.list_tasks(limit: 1000).size
        assert_operator ended.size, :>, 10
        # That who listens was among them.
        assert(ended.any? { |query| query.start_with?("LISTEN") }, ended.uniq.inspect)
      end
    end
    assert_no_repeats
  end

  def test_calls_wait_up_to_their_limit_and_say_which_database_is_gone
    with_schema do |schema|
      with_proxy(Postgres.url, schema, **HASTY) do |proxy, coordinator, id|
        proxy.shut
        calls = [-> { coordinator.initialize_task(**Relay.request) }, -> { coordinator.get_task_context(id) }]
        calls.each do |call|
          took = seconds_for { assert_says_that_it_is_gone(outage_of(proxy.url, &call)) }

          assert_operator took, :>, 0.2, "it didn't wait"
          assert_operator took, :<, 10
        end
        proxy.reopen
        calls.each(&:call)

        assert_equal 2, coordinator.list_tasks.size
      end
    end
  end

  def test_calls_that_wait_are_carried_out_when_it_is_back
    with_schema do |schema|
      with_proxy(Postgres.url, schema, busy_timeout_ms: 60_000) do |proxy, coordinator, id|
        proxy.shut
        calls = [-> { coordinator.initialize_task(**Relay.request).status },
                 -> { coordinator.get_task_context(id)["status"] }]
        waiting = calls.map { |call| Thread.new(&call) }
        eventually(20, "tries") { log.scan("trying again in").size > 2 }
        proxy.reopen

        assert_equal %w[pending pending], waiting.map(&:value)
      end
    end
  end

  def test_connections_that_something_between_has_forgotten_are_given_up_in_time
    with_schema do |schema|
      with_proxy(Postgres.url, schema) do |proxy, coordinator, id|
        coordinator.get_task_context(id)
        proxy.forget

        assert_equal "pending", coordinator.initialize_task(**Relay.request).status
        assert_equal id, coordinator.get_task_context(id)["task_id"]
      end
    end
  end

  def test_workers_come_back_by_themselves
    with_schema do |schema|
      with_proxy(Postgres.url, schema, **HASTY) do |proxy, coordinator, _|
        workers = Array.new(2) { start_relay(proxy.url, schema, **HASTY) }
        2.times do |round|
          ids = Array.new(20) { coordinator.initialize_task(**Relay.request).task_id }
          proxy.shut
          # Long enough for calls to have given up.
          said = /exchange failed.*can't be reached/
          eventually(20, "complaints") { log.scan(said).size > round }
          proxy.reopen
          await_tasks(coordinator, ids + (coordinator.list_tasks(limit: 1000).map { |task| task["task_id"] } - ids))
        end
        workers.each { |worker| stop_relay(worker) }

        assert_kept(coordinator, coordinator.list_tasks(limit: 1000).map { |task| task["task_id"] })
      end
    end
    assert_no_repeats
  end

  def test_a_coordinator_closes_in_time_while_it_is_gone
    with_schema do |schema|
      with_proxy(Postgres.url, schema, **HASTY) do |proxy, coordinator, id|
        proxy.shut
        waiting = [-> { coordinator.get_task_context(id) }, -> { coordinator.initialize_task(**Relay.request) }]
                  .map { |call| Thread.new { assert_raises(OUTAGE, TaskerCore::CoordinatorClosed, &call) } }
        eventually { waiting.all?(&:stop?) }
        took = seconds_for { coordinator.close(timeout: 20) }
        waiting.each(&:join)

        assert_operator took, :<, 15
      end
    end
  end

  def test_a_call_that_waits_ends_at_once_by_a_timeout
    with_schema do |schema|
      with_proxy(Postgres.url, schema, busy_timeout_ms: 60_000) do |proxy, coordinator, id|
        proxy.shut
        [-> { coordinator.initialize_task(**Relay.request) }, -> { coordinator.get_task_context(id) }].each do |call|
          took = seconds_for { assert_raises(Timeout::Error) { Timeout.timeout(0.2) { call.call } } }

          assert_operator took, :<, 5
        end
        # Else the close would wait for them as long as they do.
        proxy.reopen
      end
    end
  end

  CTRL_C = <<~'RUBY'
    TaskerCore.logger = Logger.new(nil)
    coordinator = TaskerCore.create_coordinator_with_config(database_url: ARGV[0], schema: ARGV[1], busy_timeout_ms: 60_000)
    puts "open"
    $stdin.gets
    begin
      puts "calling"
      coordinator.get_task_context(Integer(ARGV[2])) if ARGV[3] == "read"
      coordinator.cancel_task(Integer(ARGV[2])) if ARGV[3] == "write"
    rescue Interrupt
      puts "interrupted"
      $stdin.gets
    end
  RUBY

  def test_a_call_that_waits_ends_at_once_by_ctrl_c
    with_schema do |schema|
      with_proxy(Postgres.url, schema, **HASTY) do |proxy, _, id|
        children = %w[read write].map { |kind| start_ruby(CTRL_C, proxy.url, schema, id.to_s, kind) }
        children.each { |child| assert_equal "open", child.line }
        proxy.shut
        children.each do |child|
          child.tell("call")
          assert_equal "calling", child.line
          child.signal(:INT)

          assert_equal "interrupted", child.line(5), errors
        end
        proxy.reopen
      end
    end
  end

  def test_a_server_that_says_nothing_is_waited_for
    Postgres.with_server do |server|
      with_postgres(server.url, busy_timeout_ms: 60_000, database_pool_size: 3) do |coordinator|
        Relay.register(coordinator, path("record"))
        ids = Array.new(10) { coordinator.initialize_task(**Relay.request).task_id }
        worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start
        eventually(20, "work") { record.size > 3 }
        ids << call_while_it_is_paused(server, coordinator, ids.first)
        await_tasks(coordinator, ids)

        assert worker.stop
        assert_kept(coordinator, ids)
      end
    end
    assert_no_repeats
  end

  def test_a_coordinator_closes_in_time_while_the_server_says_nothing
    Postgres.with_server do |server|
      with_postgres(server.url, **HASTY) do |coordinator|
        Relay.register(coordinator, path("record"))
        id = coordinator.initialize_task(**Relay.request).task_id
        coordinator.get_task_context(id)
        server.pause
        waiting = Thread.new do
          assert_raises(OUTAGE, TaskerCore::CoordinatorClosed) { coordinator.initialize_task(**Relay.request) }
        end
        eventually { waiting.stop? }
        took = seconds_for { coordinator.close(timeout: 20) }

        assert_operator took, :<, 15
        waiting.join
        server.resume
      end
    end
  end

  private

  # Submits a task and asks for one, and gives what was submitted.
  def call_while_it_is_paused(server, coordinator, id)
    server.pause
    calls = [Thread.new { coordinator.initialize_task(**Relay.request).task_id },
             Thread.new { coordinator.get_task_context(id)["task_id"] }]
    took = seconds_for do
      assert_raises(Timeout::Error) { Timeout.timeout(2) { coordinator.get_task_context(id) } }
    end
    server.resume

    assert_operator took, :<, 6
    assert_equal id, calls.last.value
    calls.first.value
  end

  # Ends all connections again and again, each time after something was done, and gives what they did last.
  def terminate_while
    ended = []
    Postgres.connect do |pg|
      while yield
        ended.concat(pg.exec("select query, pg_terminate_backend(pid) from pg_stat_activity where application_name = " \
                             "'tasker_core' and pid <> pg_backend_pid()").column_values(0))
        done = record.size
        eventually(20, "work to go on") { record.size > done + 2 || !yield }
      end
    end
    ended
  end

  def assert_says_that_it_is_gone(error)
    assert_match(/\APostgreSQL database \w+ at 127\.0\.0\.1:\d+ can't be reached: connection refused; /, error.message)
    assert_includes error.message, "check that it runs, and host and port of the URL"
  end
end
