# frozen_string_literal: true

require_relative "postgres_case"

# How soon a worker that has nothing to do, in another process, begins a step that is submitted.
class LatencyTest < Minitest::Test
  include PostgresCase

  TASKS = 50
  STEP = { "name" => "only", "handler" => { "callable" => "Now" } }.freeze
  TEMPLATE = { "namespace" => "outages", "name" => "now", "steps" => [STEP] }.freeze

  # The clock is the same in all processes.
  WORKER = <<~'RUBY'
    require "json"
    record = File.open(ARGV[1], File::WRONLY | File::APPEND | File::CREAT)
    coordinator = TaskerCore.create_coordinator_with_config(JSON.parse(ARGV[0]))
    coordinator.register_handler("Now") do |step|
      record.syswrite("#{step.task_id} #{Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)}\n")
    end
    worker = TaskerCore::Worker.new(coordinator, concurrency: 2).start
    puts "ready"
    $stdin.gets
    worker.stop
  RUBY

  def test_where_it_can_be_told_most_begin_within_50_ms
    latencies = latencies_of

    assert_operator latencies.count { |ms| ms < 50 }, :>, TASKS / 2, shown(latencies)
  end

  def test_where_it_has_to_look_most_begin_within_250_ms
    latencies = latencies_of(database_pooler: "transaction")

    assert_operator latencies.count { |ms| ms < 250 }, :>, TASKS / 2, shown(latencies)
    # It does look, and isn't told.
    assert_operator latencies.sum / TASKS, :>, 20, shown(latencies)
  end

  private

  def latencies_of(**settings)
    with_schema do |schema|
      with_postgres(Postgres.url, schema, **settings) do |coordinator|
        coordinator.register_template(TEMPLATE)
        json = JSON.generate({ database_url: Postgres.url, schema: }.merge(settings))
        worker = start_ruby(WORKER, json, path("record"))
        assert_equal "ready", worker.line, errors
        Array.new(TASKS) { latency_of(coordinator) }
      end
    end
  end

  def latency_of(coordinator)
    submitted = Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)
    id = coordinator.initialize_task(**TEMPLATE.slice("namespace", "name").transform_keys(&:to_sym)).task_id
    # The worker has nothing to do any more when it is complete.
    eventually { coordinator.get_task_context(id)["status"] == "complete" }
    task, began = record.last.split

    assert_equal id.to_s, task
    began.to_f - submitted
  end

  def shown(latencies) = "in ms: #{latencies.map(&:round).sort}"
end
