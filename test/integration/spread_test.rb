# frozen_string_literal: true

require_relative "places"

# The steps of one task are shared by all processes that have a worker: each does its part, and they run at once.
class SpreadTest < Minitest::Test
  include Places

  LEAVES = Integer(ENV.fetch("SPREAD_LEAVES", 400))
  CONCURRENCY = 10
  # Each leaf sleeps for 50 ms, and leaves a line of when it began and ended, by a clock that all processes share.
  WORKER = "#{OPEN}#{<<~'RUBY'}".freeze
    record = File.open(ARGV.fetch(1), File::WRONLY | File::APPEND | File::CREAT)
    now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
    coordinator.register_handler("Edge") { |step| step.results.size }
    coordinator.register_handler("Leaf") do |step|
      began = now.call
      sleep 0.05 # the work of a leaf, which the processes are to share
      record.syswrite("#{Process.pid} #{step.name} #{began} #{now.call}\n")
      Process.pid
    end
    worker = TaskerCore::Worker.new(coordinator, concurrency: Integer(ARGV.fetch(2))).start
    puts "ready"
    $stdin.gets
    p worker.stop
    coordinator.close
  RUBY
  NAMES = (1..LEAVES).map { |number| "leaf#{number}" }
  TEMPLATE = { "namespace" => "spread", "name" => "wide",
               "steps" => [{ "name" => "root", "handler" => { "callable" => "Edge" } },
                           *NAMES.map do |name|
                             { "name" => name, "dependencies" => %w[root], "handler" => { "callable" => "Leaf" } }
                           end,
                           { "name" => "join", "dependencies" => NAMES,
                             "handler" => { "callable" => "Edge" } }] }.freeze

  test_on_both(:two_processes_share_the_steps_of_one_task) { assert_shared_by(2) }

  # A process that has had many short steps takes many at once; it gives back what turns out to be long.
  def test_what_a_process_took_ahead_is_shared_too
    on("postgres") do
      @short = 3_000
      run_task(2)
      shares = @runs.map(&:first).tally

      assert_equal NAMES.sort, @runs.map { |run| run[1] }.sort
      assert_operator shares.values.min, :>=, LEAVES / 8, shares.inspect
      assert_operator most_at_once, :>, CONCURRENCY
    end
  end

  def test_four_processes_share_the_steps_of_one_task
    on("postgres") { assert_shared_by(4) }
  end

  def test_one_process_runs_as_many_steps_at_once_as_it_may_and_no_more
    on("postgres") do
      run_task(1)
      assert_equal CONCURRENCY, most_at_once
    end
  end

  private

  def assert_shared_by(processes)
    pids = run_task(processes)
    shares = @runs.map(&:first).tally

    assert_equal NAMES.sort, @runs.map { |run| run[1] }.sort
    assert_equal pids.sort, shares.keys.sort
    assert_operator shares.values.min, :>=, LEAVES / processes / 4, shares.inspect
    # More than one process fewer could.
    assert_operator most_at_once, :>, CONCURRENCY * (processes - 1), shares.inspect
    assert_operator most_at_once, :<=, CONCURRENCY * processes
  end

  # Gives the processes' ids.
  def run_task(processes)
    workers = Array.new(processes) { start_ruby(WORKER, settings, path("record"), CONCURRENCY.to_s) }
    workers.each { |worker| worker.wait_for(/ready/, 60) }
    took = seconds_for { with_place_open { |coordinator| run_to_its_end(coordinator) } }
    stop_workers(workers)
    read_runs
    tell(processes, took) if ENV.key?("SPREAD_LEAVES")
    workers.map { |worker| worker.pid.to_s }
  end

  def run_to_its_end(coordinator)
    run_short_ones(coordinator) if @short
    coordinator.register_template(TEMPLATE)
    task_id = coordinator.initialize_task("namespace" => "spread", "name" => "wide").task_id
    eventually(120, "the end of the task") { coordinator.list_tasks(status: "complete", name: "wide").any? }
    join = coordinator.get_task_context(task_id)["steps"].last
    assert_equal LEAVES, join["result"]
  end

  def run_short_ones(coordinator)
    coordinator.register_template("namespace" => "spread", "name" => "short",
                                  "steps" => [{ "name" => "only", "handler" => { "callable" => "Edge" } }])
    coordinator.initialize_tasks(Array.new(@short) { { "namespace" => "spread", "name" => "short" } })
    eventually(60, "the end of the short steps") do
      %w[pending in_progress].all? { |status| coordinator.list_tasks(status:, limit: 1).empty? }
    end
  end

  def read_runs
    @runs = record.map { |line| line.split.then { |pid, name, *times| [pid, name, *times.map(&:to_f)] } }
  end

  def most_at_once
    changes = @runs.flat_map { |_, _, began, ended| [[began, 1], [ended, -1]] }.sort
    changes.each_with_object([0]) { |(_, change), sums| sums << (sums.last + change) }.max
  end

  def tell(processes, took)
    span = @runs.map(&:last).max - @runs.map { |run| run[2] }.min
    puts format("%<processes>d processes: %<took>.2f s for the task, %<span>.2f s of leaves (%<rate>.0f a second), " \
                "%<most>d at once, shares %<shares>s",
                processes:, took:, span:, rate: LEAVES / span, most: most_at_once,
                shares: @runs.map(&:first).tally.values.inspect)
  end
end
