# frozen_string_literal: true

require_relative "places"

# With real workers in several processes: a huge task doesn't keep small ones, which come later, waiting until all of it
# is done; and what has a higher priority goes first. What counts is the order in which steps began.
class SharedFairnessTest < Minitest::Test
  include Places

  LEAVES = 400
  SMALL = 10
  PROCESSES = 2
  CONCURRENCY = 4
  # Each run is a line, in the order of the begins; a step lasts long enough for the queue to be as long as it is.
  WORKER = "#{OPEN}#{<<~'RUBY'}".freeze
    record = File.open(ARGV.fetch(1), File::WRONLY | File::APPEND | File::CREAT)
    coordinator.register_handler("Step") do |step|
      record.syswrite("#{step.task_id} #{step.name} #{Process.pid}\n")
      sleep 0.005 # the work of a step, so that a queue builds up
    end
    worker = TaskerCore::Worker.new(coordinator, concurrency: Integer(ARGV.fetch(2))).start
    puts "ready"
    $stdin.gets
    p worker.stop
    coordinator.close
  RUBY
  HANDLER = { "handler" => { "callable" => "Step" } }.freeze
  HUGE = { "namespace" => "fairness", "name" => "huge",
           "steps" => [{ "name" => "root", **HANDLER }, *(1..LEAVES).map do |number|
             { "name" => "leaf#{number}", "dependencies" => %w[root], **HANDLER }
           end] }.freeze
  LINE = { "namespace" => "fairness", "name" => "small",
           "steps" => [{ "name" => "a", **HANDLER }, { "name" => "b", "dependencies" => %w[a], **HANDLER }] }.freeze

  test_on_both :huge_task_does_not_keep_small_ones_waiting_until_it_is_done do
    with_place_open do |coordinator|
      huge = submit(coordinator, HUGE)
      workers = start_workers
      eventually(30, "leaves that run") { record.size > 20 }
      before = record.size
      small = Array.new(SMALL) { submit(coordinator, LINE) }
      wait_for_end_of(coordinator, [huge, *small])
      stop_workers(workers)

      assert_small_ones_did_not_wait(before, small)
      assert_equal PROCESSES, record.map { |line| line.split.last }.uniq.size, "one process did all the work"
    end
  end

  test_on_both :higher_priority_goes_first do
    with_place_open do |coordinator|
      low = Array.new(20) { submit(coordinator, LINE, priority: 0) }
      high = Array.new(20) { submit(coordinator, LINE, priority: 5) }
      workers = start_workers
      wait_for_end_of(coordinator, low + high)
      stop_workers(workers)

      # What lay ready at the beginning: but for what is taken at once, those of high priority came first.
      first = record.first(20).map { |line| Integer(line[/\d+/]) }
      assert_operator (first & low).size, :<=, PROCESSES * CONCURRENCY, first.inspect
    end
  end

  private

  def submit(coordinator, template, **more)
    coordinator.register_template(template)
    coordinator.initialize_task(namespace: "fairness", name: template["name"], **more).task_id
  end

  def start_workers
    workers = Array.new(PROCESSES) { start_ruby(WORKER, settings, path("record"), CONCURRENCY.to_s) }
    workers.each { |worker| worker.wait_for(/ready/, 60) }
  end

  def wait_for_end_of(coordinator, ids)
    eventually(60, "the end of all tasks") { coordinator.list_tasks(status: "complete", limit: 1000).size == ids.size }
  end

  def assert_small_ones_did_not_wait(before, small)
    tasks = record.map { |line| Integer(line[/\d+/]) }
    last_of_small = tasks.rindex { |task| small.include?(task) }
    leaves_after = tasks.size - last_of_small - 1

    assert_equal SMALL * 2, tasks.count { |task| small.include?(task) }
    # They came when little of it was done, and were done when most of it was still to do.
    assert_operator before, :<, LEAVES / 2
    assert_operator leaves_after, :>, (LEAVES - before) / 2, "#{leaves_after} of #{LEAVES} leaves began after them"
  end
end
