# frozen_string_literal: true

require_relative "children"
require_relative "diamond"

# Two programs on one SQLite file share the work: no step is run twice, none is left.
class TwoProcessesTest < Minitest::Test
  include Children

  TASKS = 20

  HEAD = <<~RUBY.freeze
    require "#{__dir__}/diamond"
    coordinator = Diamond.register(TaskerCore.create_coordinator(ARGV.fetch(0)))
    puts "ready"
    $stdin.gets
  RUBY

  # Each begins at its own end of the tasks, and its first step waits for the other's: else one may do all the work
  # before the other has begun.
  ORCHESTRATE = <<~'RUBY'
    Diamond.register(coordinator) do |step|
      record, give_up = step.context["record"], Time.now + 20
      Thread.pass until File.readlines(record).map { |line| line.split.last }.uniq.size == 2 || Time.now > give_up
    end
    ids = Integer(ARGV.fetch(1)).downto(1).to_a
    ids.reverse! if ARGV.fetch(2) == "forwards"
    puts ids.map { |id| coordinator.orchestrate_task(id, wait_for_retries: true).status }.tally.inspect
  RUBY

  SUBMIT = <<~'RUBY'
    ids = Array.new(Integer(ARGV.fetch(1))) { Diamond.submit(coordinator, ARGV.fetch(2)) }
    puts ids.map { |id| coordinator.orchestrate_task(id, wait_for_retries: true).status }.tally.inspect
  RUBY

  WORK = <<~'RUBY'
    worker = TaskerCore::Worker.new(coordinator, concurrency: 4).start
    puts "working"
    $stdin.gets
    puts worker.stop(timeout: 10)
  RUBY

  def test_two_processes_orchestrate_the_same_tasks
    with_coordinator(database) do |coordinator|
      TASKS.times do
        Diamond.submit(Diamond.register(coordinator), path("record"))
      end
    end
    run_together(start_ruby(HEAD + ORCHESTRATE, database, TASKS.to_s, "forwards"),
                 start_ruby(HEAD + ORCHESTRATE, database, TASKS.to_s, "backwards"),
                 "{\"complete\"=>#{TASKS}}\n")

    assert_each_step_ran_once(TASKS)
    assert_equal 2, record.map { |line| line.split.last }.uniq.size, "one process did all the work"
  end

  def test_two_processes_submit_and_run_at_the_same_time
    run_together(*Array.new(2) { start_ruby(HEAD + SUBMIT, database, TASKS.to_s, path("record")) },
                 "{\"complete\"=>#{TASKS}}\n")

    assert_each_step_ran_once(TASKS * 2)
  end

  def test_two_workers_share_what_a_third_process_submits
    workers = Array.new(2) { start_ruby(HEAD + WORK, database) }
    let_go(workers)
    workers.each { |worker| worker.wait_for(/working/) }
    with_coordinator(database) do |coordinator|
      TASKS.times { Diamond.submit(Diamond.register(coordinator), path("record")) }
      eventually(30, "the completion of all tasks") do
        coordinator.list_tasks(status: "complete", limit: 1000).size == TASKS
      end
    end
    workers.each { |worker| worker.tell("stop") }

    assert_equal(%W[true\n true\n], workers.map(&:finish))
    assert_each_step_ran_once(TASKS)
  end

  private

  def run_together(one, other, expected)
    let_go([one, other])

    assert_equal [expected, expected], [one.finish, other.finish], errors
  end

  # All at once, when all are there.
  def let_go(children)
    ready = children.each { |child| child.wait_for(/ready/) }
    ready.each { |child| child.tell("go") }
  end

  def assert_each_step_ran_once(tasks)
    runs = record.map { |line| line.split.first(2) }

    assert_equal (1..tasks).map(&:to_s).product(Diamond::STEPS).sort, runs.sort
  end
end
