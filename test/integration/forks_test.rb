# frozen_string_literal: true

require_relative "children"
require_relative "diamond"

# A program that forks: before it has used the library, after, and while its threads run steps. Parent and children
# share a database file, and each step is run by one of them.
class ForksTest < Minitest::Test
  include Children

  PREAMBLE = <<~RUBY.freeze
    require "#{__dir__}/diamond"
    URL, RECORD = ARGV
    def status_of(pid) = Process.wait2(pid).last.exitstatus
    # What the block gives decides the status; at_exit hooks run, as they do in a child that just ends.
    def child(&block) = fork { exit(block.call ? 0 : 1) }
    def complete?(coordinator) = coordinator.orchestrate_task(Diamond.submit(coordinator, RECORD)).complete?
  RUBY

  def test_a_fork_before_the_first_use
    assert_program_prints("0 true", 2, <<~RUBY)
      pid = child { complete?(Diamond.register(TaskerCore.create_coordinator(URL))) }
      puts [status_of(pid), complete?(Diamond.register(TaskerCore.create_coordinator(URL)))].join(" ")
    RUBY
  end

  def test_a_fork_after_use
    assert_program_prints("true 0 true", 3, <<~RUBY)
      coordinator = Diamond.register(TaskerCore.create_coordinator(URL))
      puts [complete?(coordinator), status_of(child { complete?(coordinator) }), complete?(coordinator)].join(" ")
    RUBY
  end

  def test_a_fork_while_a_handler_runs
    assert_program_prints("0 complete", 2, <<~'RUBY')
      reached, gate = Queue.new, Queue.new
      coordinator = Diamond.register(TaskerCore.create_coordinator(URL)) do |step|
        next unless step.name == "left" && step.task_id == 1

        reached << true
        gate.pop
      end
      task = Diamond.submit(coordinator, RECORD)
      running = Thread.new { coordinator.orchestrate_task(task).status }
      reached.pop
      status = status_of(child { complete?(coordinator) })
      gate << true
      puts [status, running.value].join(" ")
    RUBY
  end

  def test_a_fork_inside_a_handler
    assert_program_prints("complete 0", 2, <<~'RUBY')
      coordinator = TaskerCore.create_coordinator(URL)
      pids = []
      Diamond.register(coordinator) do |step|
        pids << child { complete?(coordinator) } if step.name == "right" && step.task_id == 1
      end
      puts [coordinator.orchestrate_task(Diamond.submit(coordinator, RECORD)).status, *pids.map { |pid| status_of(pid) }].join(" ")
    RUBY
  end

  def test_four_children_take_turns_at_the_same_tasks
    assert_program_prints("0 0 0 0 complete", 10, <<~RUBY)
      coordinator = Diamond.register(TaskerCore.create_coordinator(URL))
      ids = Array.new(10) { Diamond.submit(coordinator, RECORD) }
      pids = Array.new(4) { child { ids.shuffle.all? { |id| coordinator.orchestrate_task(id, wait_for_retries: true).complete? } } }
      puts [*pids.map { |pid| status_of(pid) }, *ids.map { |id| coordinator.get_task_context(id)["status"] }.uniq].join(" ")
    RUBY
  end

  def test_a_daemon_goes_on_with_the_coordinator_of_the_program_that_became_it
    output_of(PREAMBLE + <<~'RUBY', database, path("record"))
      coordinator = Diamond.register(TaskerCore.create_coordinator(URL))
      exit 1 unless complete?(coordinator)
      Process.daemon(true, true)
      File.write("#{RECORD}.new", complete?(coordinator) ? "complete" : "not complete")
      File.rename("#{RECORD}.new", "#{RECORD}.daemon")
    RUBY
    eventually(20, "the daemon's task") { File.exist?(path("record.daemon")) }

    assert_equal "complete", File.read(path("record.daemon"))
    assert_each_step_ran_once(2)
  end

  private

  def assert_program_prints(expected, tasks, code)
    assert_equal expected, output_of(PREAMBLE + code, database, path("record")).strip
    assert_each_step_ran_once(tasks)
  end

  def assert_each_step_ran_once(tasks)
    runs = record.map { |line| line.split.first(2) }

    assert_equal (1..tasks).map(&:to_s).product(Diamond::STEPS).sort, runs.sort
  end
end
