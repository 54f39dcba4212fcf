# frozen_string_literal: true

require_relative "children"
require_relative "kill_loop"

# Three processes work on the tasks of one file and are killed all the time, at any moment: while they load, open the
# database, submit, run handlers, commit. In the end each step is complete, once, and was given what its parents gave.
#
# The moments are left to chance; `KILL_LOOP_SEED=… bin/test test/integration/kill_loop_test.rb` draws the same again.
class KillLoopTest < Minitest::Test
  include Children

  APP = File.expand_path("kill_loop_app.rb", __dir__)
  PROCESSES = 3
  KILLS = 102
  MOST_STARTS = KILLS * 4
  # There is always something new to submit.
  TASKS_A_KILL = 2
  ROLES = %w[orchestrator worker both].freeze
  # The longest life of a process that was let begin, and of one that wasn't, in seconds.
  LIFE = 0.2
  UNBORN = 0.1

  def setup
    super
    @seed = Integer(ENV.fetch("KILL_LOOP_SEED") { Random.new_seed % 1_000_000 })
    @started = 0
    puts "KILL_LOOP_SEED=#{@seed}"
  end

  def test_kills_at_any_moment_lose_nothing_and_repeat_nothing_that_was_recorded
    start_and_kill
    finish_all
    read_all

    assert_equal @started * TASKS_A_KILL, @contexts.size
    assert_acknowledged_tasks_are_those
    @contexts.each_value do |context|
      assert_equal "complete", context["status"], context.inspect
      context["steps"].each { |step| assert_step_was_recorded_once(context, step) }
    end
  end

  private

  def start_and_kill
    killers = Array.new(PROCESSES) do |number|
      random = Random.new(@seed + number)
      Thread.new { kill_so_often(KILLS / PROCESSES, random) }
    end
    @killed = killers.sum(&:value)
  end

  # One that had nothing left to do ended by itself and doesn't count.
  def kill_so_often(times, random)
    killed = 0
    until killed == times
      flunk "too many end before they can be killed: #{errors}" if @started > MOST_STARTS
      killed += 1 if kill_at_random(random)
    end
    killed
  end

  # What is tested is any moment, so there is no condition to wait for.
  def kill_at_random(random)
    child = start_process(ROLES.sample(random:), (@started += 1) * TASKS_A_KILL, random)
    unborn = random.rand(10).zero?
    child.line unless unborn
    sleep(random.rand * (unborn ? UNBORN : LIFE))
    child.stop
    assert child.status.signaled? || child.status.success?, errors
    child.status.signaled?
  end

  def start_process(role, tasks, random)
    lease_ms = [500, 30_000].sample(random:)
    start_ruby("load #{APP.dump}", database, @folder, role, tasks.to_s, lease_ms.to_s, random.rand(1 << 30).to_s)
  end

  def finish_all
    last = start_process("both", @started * TASKS_A_KILL, Random.new(@seed))
    last.finish(60)

    assert_predicate last.status, :success?, errors
    assert_empty errors
  end

  def read_all
    with_coordinator(database) do |coordinator|
      @contexts = coordinator.list_tasks(limit: 1000).to_h do |task|
        [task["task_id"], coordinator.get_task_context(task["task_id"])]
      end
    end
    @runs = record.map { |line| JSON.parse(line) }.group_by { |task_id, name,| [task_id, name] }
  end

  def assert_acknowledged_tasks_are_those
    acknowledged = File.readlines(path("acknowledged")).map { |line| line.split.map(&:to_i) }.uniq
    stored = @contexts.map { |task_id, context| [context["context"]["key"], task_id] }

    assert_equal stored.sort, acknowledged.sort
  end

  def assert_step_was_recorded_once(context, step)
    what = "task #{context["task_id"]} step #{step["name"]}"
    changes = context["history"].select { |event| event["step"] == step["name"] }
    runs = @runs.fetch([context["task_id"], step["name"]])

    assert_equal "complete", step["status"], what
    assert_equal(1, changes.count { |event| event["to"] == "complete" }, what)
    assert_includes runs.map { |run| run[3] }, step["result"], what
    assert_attempts_are_accounted_for(context["task_id"], step, changes, runs)
    assert_came_after_parents(context, step, changes, runs)
  end

  def assert_attempts_are_accounted_for(task_id, step, changes, runs)
    what = "task #{task_id} step #{step["name"]}: #{changes.inspect}"
    lost, failed = ended_early(changes).partition { |event| event["reason"].match?(/lost its worker/) }
    failing = runs.select { |run| KillLoop.fails?(task_id, step["name"], run[2]) }

    assert_equal step["attempts"], lost.size + failed.size + 1, what
    assert_operator lost.size, :<=, @killed, what
    assert_operator failed.size, :<=, failing.size, what
    assert_equal runs.map { |run| run[2] }.uniq, runs.map { |run| run[2] }, what
  end

  # Attempts that brought no result; a step that was given back had not begun.
  def ended_early(changes)
    changes.select { |event| event["from"] == "in_progress" && event["to"] == "ready" }
           .reject { |event| event["reason"].match?(/given back/) }
  end

  def assert_came_after_parents(context, step, changes, runs)
    parents = context["steps"].select { |parent| step["dependencies"].include?(parent["name"]) }
    given = parents.to_h { |parent| parent.values_at("name", "result") }
    begun = changes.select { |event| event["to"] == "in_progress" }.map { |event| event["at"] }.min
    what = "task #{context["task_id"]} step #{step["name"]}"

    runs.each { |run| assert_equal given, run[4], what }
    parents.each { |parent| assert_operator begun, :>=, parent["completed_at"], what }
  end
end
