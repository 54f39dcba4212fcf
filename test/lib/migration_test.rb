# frozen_string_literal: true

require_relative "../test_helper"
require_relative "../support/postgres"

# TaskerCore.migrate!
class MigrationTest < Minitest::Test
  include TestHelper

  def setup
    @folder = Dir.mktmpdir("tasker_core-test")
    @url = "sqlite://#{@folder}/tasks.sqlite3"
  end

  def teardown
    TaskerCore.reset!
    FileUtils.remove_entry(@folder)
  end

  def newest
    TaskerCore.migrate!("sqlite::memory:").to
  end

  def test_it_makes_the_tables_and_then_finds_nothing_to_do
    first = TaskerCore.migrate!(database_url: @url)

    assert_equal [0, newest, true], [first.from, first.to, first.changed?]
    assert_equal "#<TaskerCore::Migration from 0 to #{newest}>", first.inspect
    again = TaskerCore.migrate!(@url)

    assert_equal [newest, newest, false], [again.from, again.to, again.changed?]
    assert_equal "#<TaskerCore::Migration at #{newest} already>", again.inspect
  end

  def test_a_coordinator_makes_the_tables_by_itself
    with_coordinator(@url, &:templates)

    refute_predicate TaskerCore.migrate!(TaskerCore::Configuration.load({ database_url: @url })), :changed?
  end

  def test_without_an_argument_it_is_about_the_database_of_the_process
    TaskerCore.configure(database_url: @url)
    TaskerCore.migrate!

    assert_path_exists "#{@folder}/tasks.sqlite3"
  end

  def test_a_coordinator_that_may_not_refuses_old_tables_and_says_what_to_do
    Postgres.with_schema do |schema|
      settings = { database_url: Postgres.url, schema:, auto_migrate: false }
      error = assert_raises(TaskerCore::DatabaseError) { TaskerCore.create_coordinator_with_config(settings) }

      assert_match(/the schema #{schema} has no tables of tasker_core yet.*run TaskerCore\.migrate!/, error.message)
      assert_predicate TaskerCore.migrate!(settings), :changed?
      with_coordinator(Postgres.url, schema:, auto_migrate: false) { |coordinator| assert_empty coordinator.templates }
    end
  end

  def test_tables_that_a_newer_version_has_made_are_refused
    Postgres.with_schema do |schema|
      settings = { database_url: Postgres.url, schema: }
      newest = TaskerCore.migrate!(settings).to
      Postgres.connect { |db| db.exec("insert into #{schema}.migrations (version) values (#{newest + 1})") }

      [-> { TaskerCore.migrate!(settings) }, -> { TaskerCore.create_coordinator_with_config(settings) }].each do |call|
        error = assert_raises(TaskerCore::DatabaseError, &call)
        assert_match(/#{schema} is at version #{newest + 1}, made by a newer version.*upgrade the gem/, error.message)
      end
    end
  end

  def test_ten_threads_may_call_it_at_once
    Postgres.with_schema do |schema|
      [{ database_url: @url }, { database_url: Postgres.url, schema: }].each do |settings|
        migrations = Array.new(10) { Thread.new { TaskerCore.migrate!(settings) } }.map(&:value)

        assert_equal 1, migrations.map(&:to).uniq.size
        assert_equal 1, migrations.count(&:changed?)
      end
    end
  end

  def test_a_database_that_cannot_be_used_is_named
    with_log do
      error = assert_raises(TaskerCore::DatabaseError) { TaskerCore.migrate!("sqlite://#{@folder}/no/tasks.sqlite3") }

      assert_includes error.message, "#{@folder}/no/tasks.sqlite3 can't be"
    end
    assert_raises(TaskerCore::ConfigurationError) { TaskerCore.migrate!("mysql://host/db") }
    assert_raises(TypeError) { TaskerCore.migrate!(1) }
  end
end
