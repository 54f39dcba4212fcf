# frozen_string_literal: true

require_relative "place"

# The files that README.md shows, each used as the reader would.
class ReadmeFilesTest < Minitest::Test
  include TestHelper
  include Place

  # How long the program may be that one sees first.
  LONGEST_PROGRAM = 24

  # Which test uses which file.
  USED = {
    "process_order.rb" => :commands, "process_order.yml" => :session,
    "order_test.rb" => :test_the_suite_passes, "run_order.rb" => :test_the_job_runs_the_task,
    "return_order.yml" => :test_the_older_format_is_run, "config/tasker_core.yml" => :test_the_settings_are_read,
    "config/initializers/tasker_core.rb" => :test_the_initialiser_says_which_database
  }.freeze

  def test_every_file_is_used_by_a_test
    assert_equal USED.keys.sort, Document.files.keys.sort
  end

  def test_the_program_is_short
    program = Document.files.fetch("process_order.rb").text.lines.grep_v(/\A\s*(#|$)/)
    assert_operator program.size, :<=, LONGEST_PROGRAM
  end

  def test_the_suite_passes
    output = ruby('require "./order_test.rb"')
    assert_match(/^1 runs, 1 assertions, 0 failures, 0 errors, 0 skips$/, output)
  end

  # With a real Sidekiq and a real Redis: test/integration/sidekiq_test.rb.
  def test_the_job_runs_the_task
    skip "sidekiq isn't installed (Debian: apt-get install ruby-sidekiq)" unless sidekiq?

    output = ruby(<<~'RUBY', limit: 60)
      require "sidekiq/testing"
      require "tasker_core"
      TaskerCore.configure(database_url: "sqlite::memory:")
      module Fulfillment
        Charge = ->(step) { step.attempt == 1 ? raise("down") : "paid" }
        Ship = ->(_step) { "shipped" }
      end
      require "./run_order.rb"
      task = TaskerCore.initialize_task(namespace: "fulfillment", name: "process_order", context: { cents: 1 })
      RunOrder.perform_async(task.task_id)
      jobs = 0
      until RunOrder.jobs.empty?
        RunOrder.perform_one
        jobs += 1
      end
      puts [TaskerCore.get_task_context(task)["status"], jobs > 1].inspect
    RUBY
    assert_equal %(["complete", true]\n), output
  end

  def test_the_older_format_is_run
    with_coordinator do |coordinator|
      coordinator.register_handler("Fulfillment::Inspect") { "unharmed" }
      coordinator.register_handler("Fulfillment::Refund", Class.new do
        def process(_task, sequence, _step) = "refunded: #{sequence.find_step_by_name("inspect").results}"
      end)
      coordinator.register_template(File.join(@folder, "return_order.yml"))
      task = coordinator.initialize_task(namespace: "fulfillment", name: "return_order")

      assert_predicate coordinator.orchestrate_task(task), :complete?
      steps = coordinator.get_task_context(task)["steps"]
      assert_equal [["inspect", 2, "unharmed"], ["refund", 3, "refunded: unharmed"]],
                   steps.map { |step| step.values_at("name", "max_attempts", "result") }
    end
  end

  def test_the_settings_are_read
    load = ->(environment) { TaskerCore::Configuration.load({ environment: }, env: {}, root: @folder) }

    assert_equal "sqlite://tasker_core.sqlite3", load.call("development").database_url
    assert_equal "sqlite:///var/lib/shop/tasks.sqlite3", load.call("production").database_url
    assert_equal({ "charge" => 5, "fulfillment/process_order" => 3 }, load.call("production").retry_limits)
  end

  def test_the_initialiser_says_which_database
    output = ruby(<<~'RUBY', env: { "DATABASE_URL" => "postgres://app:s3cret@db/shop" })
      require "tasker_core"
      module Rails
        def self.logger = @logger ||= Logger.new($stdout)
      end
      require "./config/initializers/tasker_core.rb"
      config = TaskerCore.configure(TaskerCore.const_get(:ProcessCoordinator).config)
      p config, config.auto_migrate, TaskerCore.logger.equal?(Rails.logger)
    RUBY
    assert_equal "#<TaskerCore::Configuration development postgres://app:***@db/shop>\nfalse\ntrue\n", output
  end

  private

  def sidekiq? = Gem::Specification.find_all_by_name("sidekiq").any?
end
