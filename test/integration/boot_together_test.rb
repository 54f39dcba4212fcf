# frozen_string_literal: true

require_relative "places"

# Processes that start at the same moment on a database without tables: one makes them, and all come up.
class BootTogetherTest < Minitest::Test
  include Places

  PROCESSES = 10
  # Lets go of all at once, says what a coordinator's engine can do then, and stays until it is told.
  BOOT = <<~'RUBY'
    require "json"
    settings = JSON.parse(ARGV.fetch(0))
    puts "ready"
    $stdin.gets
    coordinator = TaskerCore.create_coordinator_with_config(settings)
    coordinator.register_handler("Boot") { |step| step.context }
    coordinator.register_template("namespace" => "boot", "name" => "one",
                                  "steps" => [{ "name" => "only", "handler" => { "callable" => "Boot" } }])
    task = coordinator.initialize_task("namespace" => "boot", "name" => "one", "context" => { "pid" => Process.pid })
    puts "#{task.task_id} #{coordinator.orchestrate_task(task.task_id).status}"
    $stdin.gets
    coordinator.close
    p coordinator.closed?
  RUBY

  test_on_both :ten_processes_boot_together_on_an_empty_database do
    boots = Array.new(PROCESSES) { start_ruby(BOOT, settings(busy_timeout_ms: 30_000)) }
    let_go(boots)
    said = boots.map { |boot| boot.wait_for(/complete/, 60) }
    stop_workers(boots)

    assert_empty errors
    assert_equal PROCESSES, said.uniq.size
    assert_one_set_of_tables
  end

  test_on_both :migrations_of_many_processes_run_once do
    migrations = Array.new(PROCESSES) { start_ruby(<<~'RUBY', settings(auto_migrate: false, busy_timeout_ms: 30_000)) }
      require "json"
      puts "ready"
      $stdin.gets
      migration = TaskerCore.migrate!(JSON.parse(ARGV.fetch(0)))
      puts "#{migration.from} #{migration.to}"
    RUBY
    let_go(migrations)
    from_and_to = migrations.map { |child| child.finish(60).split.map(&:to_i) }

    assert_empty errors
    newest = from_and_to.first.last
    assert_equal [[0, newest], *[[newest, newest]] * (PROCESSES - 1)], from_and_to.sort
  end

  private

  def assert_one_set_of_tables
    { "workers" => PROCESSES, "tasks" => PROCESSES, "steps" => PROCESSES, "templates" => 1 }.each do |table, rows|
      assert_equal [[rows]], place.rows("select count(*) from #{table}"), table
    end
    assert_empty place.rows("select name from workers where lease_expires_at is not null")
    assert_empty place.faults
  end
end
