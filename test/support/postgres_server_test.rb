# frozen_string_literal: true

require "minitest/autorun"
require_relative "postgres"
require_relative "servers/programs"

# What tests on PostgreSQL rely on.
class PostgresServerTest < Minitest::Test
  def test_role_owns_its_database_and_has_no_privileges
    Postgres.connect do |connection|
      role = connection.exec("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")
      assert_equal [%w[f f f]], role.values
      connection.exec("create schema its_own; drop schema its_own")
    end
  end

  def test_password_is_wanted
    Postgres.with_server do |server|
      wrong = server.url.sub(/:\w+@/, ":wrong@")
      error = assert_raises(PG::ConnectionBad) { Postgres.connect(wrong) { nil } }
      assert_match(/password authentication failed/, error.message)
    end
  end

  def test_what_was_committed_outlives_every_kind_of_stop
    Postgres.with_server do |server|
      server.sql("create table kept (id int)")
      ["", "fast", "immediate"].each { |manner| assert_kept(server, manner) }
      server.restart("immediate")
      assert_equal "3", server.ask("select count(*) from kept")
    end
  end

  def test_paused_server_answers_nothing_until_it_is_resumed
    Postgres.with_server do |server|
      Postgres.connect(server.url) do |connection|
        server.pause
        connection.send_query("select 42")
        refute connection.socket_io.wait_readable(0.1), "a paused server has answered"
        server.resume
        assert_equal [["42"]], connection.get_last_result.values
      end
    end
  end

  def test_what_it_can_not_do_is_answered_by_an_error
    Postgres.with_server do |server|
      assert_match(/syntax error at or near "nonsense"/, failure { server.sql("nonsense") })
      assert_match(/there is no way to stop called gently/, failure { server.stop("gently") })
      assert_match(/running already/, failure { server.start })
      assert_match(/unknown command dance; there are stop, start,/, failure { server.tell("dance") })
      assert_match(/pause takes nothing after it/, failure { server.tell("pause now") })
      assert_match(/has no disk of its own/, failure { server.fill })
      server.stop
      assert_match(/isn't running/, failure { server.sql("select 1") })
      assert_match(/isn't running/, failure { server.stop })
    end
  end

  def test_settings_lines_of_access_and_addresses_are_taken
    Postgres.with_server("--set", "work_mem=7MB", "--set", "cluster_name=it's", "--address", "127.0.0.2",
                         "--hba", "host all all all reject") do |server|
      assert_equal "7MB", server.ask("show work_mem")
      assert_equal "it's", server.ask("show cluster_name")
      assert_match(/@127\.0\.0\.2:/, server.url)
      error = assert_raises(PG::ConnectionBad) { Postgres.connect(server.url) { nil } }
      assert_match(/pg_hba.conf rejects connection/, error.message)
    end
  end

  def test_server_is_hasty_but_where_it_is_to_be_durable
    assert_equal "off", Postgres.with_server { |server| server.ask("show fsync") }
    Postgres.with_server("--durable") do |server|
      assert_equal "on; on", server.ask("select setting from pg_settings where name in ('fsync', 'full_page_writes')")
      assert_operator server.folder, :start_with?, "/var/tmp/"
    end
  end

  def test_several_start_at_once
    servers = Array.new(3) { Thread.new { ServerProgram.new(Postgres::PROGRAM) } }.map(&:value)
    assert_equal 3, servers.map(&:url).uniq.size
  ensure
    servers&.each(&:close)
  end

  def test_why_it_does_not_start_is_said
    assert_match(/invalid value for parameter "work_mem"/, failure { Postgres.with_server("--set", "work_mem=much") })
    assert_match(%r{file for TLS can't be read.*/no/such}, failure { Postgres.with_server("--tls-cert", "/no/such") })
    assert_match(/can't listen on 192\.0\.2\.1/, failure { Postgres.with_server("--address", "192.0.2.1") })
    assert_match(/invalid option: --quick\nUsage:/, failure { Postgres.with_server("--quick") })
  end

  def test_missing_programs_are_named_with_the_way_to_get_them
    error = assert_raises(Servers::Failure) { Servers::Programs.find("no-such-program") }
    assert_match(%r{\Ano-such-program isn't installed: run bin/setup}, error.message)
  end

  def test_database_url_takes_the_place_of_the_server
    before = ENV.fetch("DATABASE_URL", nil)
    ENV["DATABASE_URL"] = "postgres://elsewhere/database"
    assert_equal "postgres://elsewhere/database", Postgres.url
  ensure
    ENV["DATABASE_URL"] = before
  end

  def test_schema_of_a_test_is_gone_after_it
    seen = Postgres.with_schema do |schema|
      Postgres.connect { |connection| connection.exec("create schema #{schema}; create table #{schema}.a (b int)") }
      schema
    end
    Postgres.connect do |connection|
      assert_empty connection.exec_params("select 1 from pg_namespace where nspname = $1", [seen]).values
    end
  end

  private

  def assert_kept(server, manner)
    before = server.url
    server.sql("insert into kept values (1)")
    server.stop(manner)
    assert_raises(PG::ConnectionBad) { Postgres.connect(server.url) { nil } }
    server.start
    assert_equal before, server.url
    assert_equal [["tasker"]], Postgres.connect(server.url) { |it| it.exec("select current_user").values }
  end

  def failure(&) = assert_raises(ServerProgram::Failure, &).message
end
