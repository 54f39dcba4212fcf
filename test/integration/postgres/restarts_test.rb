# frozen_string_literal: true

require_relative "postgres_case"

# A PostgreSQL that is stopped and started every few seconds while two worker processes work.
class RestartsTest < Minitest::Test
  include PostgresCase

  TASKS = 1000
  BATCH = 20
  RESTARTS = 6
  # How it is stopped: the second way is a crash.
  MANNERS = %w[fast immediate].freeze

  def test_a_thousand_tasks_are_completed_and_nothing_that_was_acknowledged_is_lost
    Postgres.with_server("--durable") do |server|
      with_postgres(server.url, **HASTY) do |coordinator|
        Relay.register(coordinator, path("record"))
        workers = Array.new(2) { start_relay(server.url) }
        submitting = Thread.new { submit_all(coordinator) }
        restart_meanwhile(server, coordinator)
        acknowledged = submitting.value
        await_tasks(coordinator, acknowledged, 120)
        workers.each { |worker| stop_relay(worker) }

        assert_equal TASKS.to_s, server.ask("select count(*) from tasker.tasks")
        assert_equal TASKS, acknowledged.uniq.size
        assert_kept(coordinator, acknowledged)
      end
    end
    assert_no_repeats
  end

  private

  # A batch that failed is submitted again with the same keys: it may have been recorded.
  def submit_all(coordinator)
    (0...TASKS).each_slice(BATCH).flat_map do |keys|
      # With the work that there is, so that there is some at every restart.
      eventually(60, "room for more") { tasks_in(coordinator, "complete") > keys.first - (TASKS / RESTARTS) }
      patiently { coordinator.initialize_tasks(keys.map { |key| Relay.request(key) }) }.map(&:task_id)
    end
  end

  # Each restart comes in the middle of what there is to do.
  def restart_meanwhile(server, coordinator)
    (1..RESTARTS).each do |number|
      done = number * TASKS / (RESTARTS + 1)
      eventually(60, "#{done} tasks") { tasks_in(coordinator, "complete") >= done }
      server.restart(MANNERS[number % MANNERS.size])
    end
  end
end
