# frozen_string_literal: true

require "minitest/autorun"
require_relative "pgbouncer"

# What tests behind a pgbouncer rely on.
class PgbouncerServerTest < Minitest::Test
  # On a server of its own: another pgbouncer may not stand before somebody's DATABASE_URL.
  def setup = @postgres = ServerProgram.new(Postgres::PROGRAM)
  def teardown = @postgres.close

  def test_transactions_of_many_clients_share_the_connections_of_its_pool
    Pgbouncer.with_server("--pool-size", 1, upstream: @postgres.url) do |server|
      backends = Array.new(3) { PG.connect(server.url) }.map do |client|
        client.exec("begin; select pg_backend_pid()").getvalue(0, 0).tap { client.exec("commit") }
      end
      assert_equal 1, backends.uniq.size
      assert_match(/tasker_test.*transaction/, server.ask("show pools"))
    end
  end

  def test_mode_and_settings_are_taken
    Pgbouncer.with_server("--pool-mode", "session", "--set", "query_timeout=7", upstream: @postgres.url) do |server|
      configuration = server.ask("show config").split("; ").to_h { |row| row.split("|").first(2) }
      assert_equal %w[session 7], configuration.values_at("pool_mode", "query_timeout")
    end
  end

  def test_it_comes_back_at_the_same_url
    Pgbouncer.with_server(upstream: @postgres.url) do |server|
      before = server.url
      server.stop
      assert_raises(PG::ConnectionBad) { Postgres.connect(before) { nil } }
      server.start
      assert_equal [["1"]], Postgres.connect(before) { |client| client.exec("select 1").values }
    end
  end

  def test_upstream_that_is_none_is_refused
    error = assert_raises(ServerProgram::Failure) { Pgbouncer.with_server(upstream: "nowhere") { nil } }
    assert_match(/the upstream takes a host and a database/, error.message)
  end
end
