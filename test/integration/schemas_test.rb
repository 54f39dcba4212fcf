# frozen_string_literal: true

require_relative "places"

# What a coordinator makes of the tables that it finds in a PostgreSQL, and of those of others.
class SchemasTest < Minitest::Test
  include Places

  TEMPLATE = { "namespace" => "schemas", "name" => "one",
               "steps" => [{ "name" => "only", "handler" => { "callable" => "Say" } }] }.freeze

  def test_tables_of_a_newer_version_are_refused
    on("postgres") do
      with_place_open(&:templates)
      place.connect { |connection| connection.exec("insert into migrations (version) values (9999)") }
      refusals = [-> { with_place_open(&:templates) }, -> { TaskerCore.migrate!(place.settings) },
                  -> { with_place_open(auto_migrate: false, &:templates) }].map { |try| refusal(&try) }

      refusals.each do |message|
        assert_match(/schema #{place.schema} is at version 9999, made by a newer version of tasker_core/, message)
        assert_match(/upgrade the gem/, message)
        refute_includes message, Postgres.url[%r{:([^:@/]+)@}, 1]
      end
      assert_equal [[9999]], place.rows("select max(version) from migrations")
    end
  end

  def test_tables_are_not_made_where_that_is_left_to_migrate
    on("postgres") do
      message = refusal { with_place_open(auto_migrate: false, &:templates) }

      assert_match(/schema #{place.schema} has no tables of tasker_core yet.*run TaskerCore\.migrate!/m, message)
      assert_empty schemas(place.schema)
      assert_equal 0, TaskerCore.migrate!(place.settings).from
      with_place_open(auto_migrate: false) { |coordinator| assert_empty coordinator.templates }
    end
  end

  def test_two_schemas_of_one_database_do_not_see_each_other
    on("postgres") do
      Postgres.with_schema do |other|
        with_place_open do |here|
          with_place_open(schema: other) do |there|
            ids = { here => submit(here, 3), there => submit(there, 5) }
            run_all(here, there)

            ids.each { |coordinator, own| assert_equal own, complete(coordinator).sort }
            assert_equal({ "here" => 3 }, results(here))
            assert_equal({ "there" => 5 }, results(there))
          end
        end
      end
    end
  end

  def test_workers_of_one_schema_leave_the_steps_of_another_alone
    on("postgres") do
      Postgres.with_schema do |other|
        with_place_open do |here|
          with_place_open(schema: other) do |there|
            submit(there, 3)
            submit(here, 3)
            worker = TaskerCore::Worker.new(with_handler(here, "here"), concurrency: 2).start
            eventually(20, "the tasks of this schema") { complete(here).size == 3 }
            worker.stop

            assert_empty complete(there)
            assert_equal(%w[ready], there.list_tasks.map { |task| state(there, task) }.uniq)
          end
        end
      end
    end
  end

  def test_tables_of_another_application_are_left_alone
    on("postgres") do
      place.connect { |connection| connection.exec("create schema #{place.schema}; create table users (id int)") }

      assert_match(/schema #{place.schema} holds tables of another application; give another one as `schema`/,
                   refusal { with_place_open(&:templates) })
      assert_equal [["users"]], place.rows("select tablename from pg_tables where schemaname = '#{place.schema}'")
    end
  end

  private

  def refusal(&) = assert_raises(TaskerCore::DatabaseError, &).message

  def schemas(name) = place.rows("select nspname from pg_namespace where nspname = '#{name}'")

  def with_handler(coordinator, word)
    coordinator.register_handler("Say") { word }
    coordinator
  end

  def submit(coordinator, count)
    coordinator.register_template(TEMPLATE)
    Array.new(count) { coordinator.initialize_task("namespace" => "schemas", "name" => "one").task_id }
  end

  def run_all(here, there)
    { here => "here", there => "there" }.each do |coordinator, word|
      with_handler(coordinator, word)
      coordinator.list_tasks.each { |task| coordinator.orchestrate_task(task["task_id"]) }
    end
  end

  def complete(coordinator) = coordinator.list_tasks(status: "complete").map { |task| task["task_id"] }

  def results(coordinator)
    coordinator.list_tasks.flat_map { |task| coordinator.get_task_context(task["task_id"])["steps"] }
               .map { |step| step["result"] }.tally
  end

  def state(coordinator, task) = coordinator.get_task_context(task["task_id"])["steps"].first["status"]
end
