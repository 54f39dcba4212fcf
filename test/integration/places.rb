# frozen_string_literal: true

require "json"
require_relative "children"
require_relative "places/postgres_schema"
require_relative "places/sqlite_file"

# For tests that are to pass on both kinds of databases: each gets an empty one, which `place` is.
module Places
  include Children

  # The beginning of programs: their first argument is the settings, as {#settings} gives them.
  OPEN = "require 'json'\ncoordinator = TaskerCore.create_coordinator_with_config(JSON.parse(ARGV.fetch(0)))\n"

  def self.included(tests)
    super
    tests.extend(Definition)
  end

  # Defines the same test for each kind of database.
  module Definition
    def test_on_both(name, &)
      define_method("promise_#{name}", &)
      %w[sqlite postgres].each do |kind|
        define_method("test_#{name}_on_#{kind}") { on(kind) { send("promise_#{name}") } }
      end
    end
  end

  attr_reader :place

  # Runs a block with an empty database of the kind.
  def on(kind, &)
    case kind
    when "sqlite" then with_place(SqliteFile.new(path("tasks.sqlite3")), &)
    when "postgres" then Postgres.with_schema { |schema| with_place(PostgresSchema.new(schema), &) }
    end
  end

  # The settings of a coordinator on it, as JSON for a program.
  def settings(**more) = JSON.generate(place.settings.merge(more))

  # A coordinator of this process on it.
  def with_place_open(**more, &)
    with_coordinator(place.settings.fetch(:database_url), **place.settings.merge(more), &)
  end

  # Tells all programs at once to go on, when all have printed that they are ready.
  def let_go(children)
    ready = children.each { |child| child.wait_for(/ready/, 60) }
    ready.each { |child| child.tell("go") }
  end

  # Ends programs that stop their worker when they are told so, and print whether all steps have ended.
  def stop_workers(workers)
    workers.each { |worker| worker.tell("stop") }
    assert(workers.map { |worker| worker.finish(60) }.all?("true\n"), errors)
  end

  private

  def with_place(place)
    @place = place
    yield
  ensure
    # Who still holds something there is ended first.
    @children.each(&:stop)
  end
end
