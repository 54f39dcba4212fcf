# frozen_string_literal: true

require_relative "postgres_case"

# A COMMIT whose answer is lost: nobody but the server knows whether it took place, and it is asked.
class CommitsTest < Minitest::Test
  include PostgresCase

  TASKS = 40
  CUTS = %i[cut_before cut_after heard_after].freeze
  UNKNOWN = /lost during a commit, and whether it took place is not known.*idempotency_key/

  # A coordinator whose way to the database is through the proxy, with handlers that keep a record.
  def with_relay(proxy, schema = "tasker", **settings)
    with_postgres(proxy.url, schema, **settings) do |coordinator|
      Relay.register(coordinator, path("record"))
      yield coordinator
    ensure
      proxy.fate = -> { :pass }
    end
  end

  def with_worker(coordinator)
    worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start
    yield worker
  ensure
    worker&.stop
  end

  def test_every_turn_is_told_as_what_it_was_where_half_of_all_commits_are_cut
    seed = Integer(ENV.fetch("COMMITS_SEED") { Random.new_seed % 1_000_000 })
    puts "COMMITS_SEED=#{seed}"
    random = Random.new(seed)
    with_schema do |schema|
      Proxy.open(Postgres.url) do |proxy|
        with_relay(proxy, schema) do |coordinator|
          proxy.fate = -> { random.rand(2).zero? ? :pass : CUTS.sample(random:) }
          # Without a key: a turn told as what it wasn't would make a second task, or none.
          ids = Array.new(TASKS) { coordinator.initialize_task(**Relay.request).task_id }
          with_worker(coordinator) { await_tasks(coordinator, ids) }
          proxy.fate = -> { :pass }

          assert_each_cut(proxy)
          assert_equal ids.sort, all_tasks(coordinator)
          assert_kept(coordinator, ids)
        end
      end
    end
    assert_no_repeats
    refute_match(/was refused/, log, "a report that was recorded was refused")
  end

  def test_where_nobody_can_be_asked_for_too_long_callers_are_told_that_it_is_not_known
    with_schema do |schema|
      Proxy.open(Postgres.url) do |proxy|
        with_relay(proxy, schema, **HASTY) do |coordinator|
          lose_the_next_commit(proxy)
          error = outage_of(proxy.url) { coordinator.initialize_task(**Relay.request(1)) }

          assert_match UNKNOWN, error.message
          proxy.reopen
          # It did take place; with its key it is found.
          known = coordinator.list_tasks
          again = coordinator.initialize_task(**Relay.request(1))

          assert_equal [[again.task_id], false], [known.map { |task| task["task_id"] }, again.created?]
        end
      end
    end
  end

  def test_steps_that_were_taken_in_a_turn_that_nobody_heard_of_are_given_back
    with_schema do |schema|
      Proxy.open(Postgres.url) do |proxy|
        # Only the giving back can bring them on in time.
        with_relay(proxy, schema, step_timeout_ms: 3_600_000, lease_ms: 3_600_000, **HASTY) do |coordinator|
          ids = Array.new(3) { coordinator.initialize_task(**Relay.request).task_id }
          lose_the_next_commit(proxy)
          with_worker(coordinator) do
            eventually(20, "the worker's complaint") { log.match?(UNKNOWN) }
            proxy.reopen
            await_tasks(coordinator, ids)
          end

          assert_kept(coordinator, ids)
        end
      end
    end
    assert_match(/the turn whose commit was not heard took place/, log)
  end

  def test_a_transaction_that_the_server_has_not_ended_yet_is_waited_for
    with_schema do |schema|
      Proxy.open(Postgres.url) do |proxy|
        with_relay(proxy, schema, busy_timeout_ms: 30_000) do |coordinator|
          proxy.fate = -> { proxy.fate = -> { :pass } and :swallow }
          submitting = Thread.new { coordinator.initialize_task(**Relay.request).task_id }
          eventually(20, "a lost COMMIT") { proxy.met[:swallow] == 1 }
          # By then it is being asked about.
          eventually(20, "questions") { proxy.met[:pass] > 3 }

          assert_predicate submitting, :alive?
          proxy.release

          assert_equal [submitting.value], all_tasks(coordinator)
        end
      end
    end
  end

  # After a crash the server gives ids anew whose transactions were lost with it.
  def test_a_commit_that_a_crash_took_is_not_taken_for_another_one_with_its_id
    Postgres.with_server("--set", "wal_writer_delay=10s", "--set", "autovacuum=off") do |server|
      Proxy.open(server.url) do |proxy|
        with_relay(proxy, busy_timeout_ms: 60_000) do |coordinator|
          misled = (1..10).find do
            status = crash_at_the_next_commit(server, proxy)
            id = coordinator.initialize_task(**Relay.request).task_id

            assert_equal "pending", coordinator.get_task_context(id)["status"], "an acknowledged task isn't there"
            status.call == "committed"
          end

          assert misled, "no id was given twice"
        end
      end
    end
  end

  private

  def all_tasks(coordinator) = coordinator.list_tasks(limit: 1000).map { |task| task["task_id"] }.sort

  def assert_each_cut(proxy)
    CUTS.each { |cut| assert_operator proxy.met[cut], :>, 10, proxy.met.inspect }
  end

  # The next COMMIT arrives, its answer doesn't, and the server can't be reached any more.
  def lose_the_next_commit(proxy)
    proxy.fate = lambda do
      proxy.fate = -> { :pass }
      proxy.refuse
      :heard_after
    end
  end

  # Gives what tells, afterwards, how the transaction ended that got the id of the one that was lost.
  def crash_at_the_next_commit(server, proxy)
    status = nil
    proxy.fate = lambda do
      proxy.fate = -> { :pass }
      id = Postgres.connect(server.url) do |pg|
        pg.exec("select backend_xid from pg_stat_activity where backend_xid is not null").getvalue(0, 0)
      end
      proxy.refuse
      server.restart("immediate")
      status = Postgres.connect(server.url) { |pg| status_after_others(pg, id) }
      proxy.reopen
      :cut_before
    end
    -> { status }
  end

  def status_after_others(connection, id)
    20.times { connection.exec("select pg_current_xact_id()") }
    connection.exec_params("select pg_xact_status($1::text::xid8)", [id]).getvalue(0, 0)
  end
end
