# frozen_string_literal: true

require_relative "../../support/postgres"
require_relative "../children"
require_relative "ledger"
require_relative "proxy"
require_relative "relay"

# For tests of what happens to a PostgreSQL and on the way to it.
module PostgresCase
  include Children
  include Ledger

  APP = File.expand_path("relay_app.rb", __dir__)
  # Everything that a call may be told while the database is gone.
  OUTAGE = TaskerCore::DatabaseError
  # A coordinator that doesn't wait long for a database that is gone.
  HASTY = { busy_timeout_ms: 500 }.freeze

  # Gives a schema, which is gone in the end, together with all processes that could still be in it.
  def with_schema
    Postgres.with_schema do |schema|
      yield schema
    ensure
      @children.each(&:stop)
    end
  end

  def with_postgres(url, schema = "tasker", **settings, &)
    with_coordinator(url, schema:, **settings, &)
  end

  # A worker process on that database.
  def start_relay(url, schema = "tasker", **settings)
    json = JSON.generate({ database_url: url, schema: }.merge(settings))
    start_ruby("load #{APP.dump}", json, path("record"), path("log")).tap { |child| assert_equal "ready", child.line }
  end

  def stop_relay(child)
    child.tell("stop")

    assert_equal "stopped\n", child.finish(40), errors
    assert_predicate child.status, :success?, errors
  end

  # Waits until all these tasks are complete.
  def await_tasks(coordinator, tasks, seconds = 60)
    eventually(seconds, "the end of #{tasks.size} tasks") { tasks_in(coordinator, "complete") >= tasks.size }
  end

  def tasks_in(coordinator, status)
    patiently { coordinator.list_tasks(status:, limit: 1000).size }
  end

  # What is asked while the database may be gone.
  def patiently(seconds = 30)
    limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    begin
      yield
    rescue OUTAGE
      raise if Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit

      retry
    end
  end

  # Ends all connections of a user but one's own, and gives how many there were.
  def terminate_all(connection)
    connection.exec("select count(pg_terminate_backend(pid)) from pg_stat_activity " \
                    "where application_name = 'tasker_core' and pid <> pg_backend_pid()").getvalue(0, 0).to_i
  end

  # The error that the block ends with, which must be one that a user can do something with.
  def outage_of(url, &)
    error = assert_raises(OUTAGE, TaskerCore::ConfigurationError, &)
    refute_includes error.message, URI.parse(url).password
    refute_match(/[A-Z]\w+Error|Some\(|None|\{|\}/, error.message, "it isn't for a user")
    error
  end

  def log = File.exist?(path("log")) ? File.read(path("log")) : ""
end
