# frozen_string_literal: true

require_relative "../test_helper"
require_relative "../../benches/ruby/support/finished_tasks"
require_relative "../../benches/ruby/support/stand"

# A database can be filled with finished tasks without running each: they are as if they had been run.
class BenchFinishedTasksTest < Minitest::Test
  include TestHelper

  COUNT = 7

  def test_copies_of_a_finished_task_are_finished_tasks_on_sqlite
    on_stand { |stand| fill(stand.sqlite) }
  end

  def test_copies_of_a_finished_task_are_finished_tasks_on_postgresql
    on_stand { |stand| fill(stand.postgres) }
  end

  private

  # Templates are registered whose handlers other processes have, which the log would tell.
  def on_stand(&) = with_log { Benches::Stand.open(short: true, &) }

  def fill(database)
    Benches::Site.open(database) do |site|
      Benches::FinishedTasks.new(site).add(COUNT)
      tasks = site.coordinator.list_tasks(status: "complete", limit: 100)
      assert_equal COUNT + 1, tasks.size
      assert_equal [5], tasks.map { |task| task["completed_steps"] }.uniq
      assert_equal 0, site.coordinator.get_performance_metrics["active_tasks"]
      # Those that come after them have ids of their own.
      assert_equal "complete", Benches::Workloads.run_one(site.coordinator).status
    end
  end
end
