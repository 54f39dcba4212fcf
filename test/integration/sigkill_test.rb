# frozen_string_literal: true

require_relative "children"
require_relative "diamond"

# A process that is killed loses nothing of what it was told is done.
class SigkillTest < Minitest::Test
  include Children

  # Says when the step begins at which it is to be killed, and stays in it.
  PROGRAM = <<~'RUBY'
    require ARGV.fetch(0)
    victim = ARGV.fetch(3)
    coordinator = TaskerCore.create_coordinator(ARGV.fetch(1))
    Diamond.register(coordinator) do |step|
      next unless step.name == victim

      puts "in #{step.name}"
      $stdin.gets
    end
    task_id = Diamond.submit(coordinator, ARGV.fetch(2))
    puts "task #{task_id}"
    coordinator.orchestrate_task(task_id)
  RUBY

  Diamond::STEPS.each do |victim|
    define_method("test_task_goes_on_at_once_after_its_process_was_killed_in_step_#{victim}") do
      task_id = run_and_kill_in(victim)
      done = done_steps
      outcome = nil
      took = seconds_for { outcome = go_on_with(task_id) }

      assert_equal "complete", outcome.status
      # The lease is 30 s: a worker that is dead needn't have it.
      assert_operator took, :<, 10
      done.each { |step| assert_equal 1, runs_of(step), "#{step} was done, and ran again" }
      assert_equal 2, runs_of(victim)
      assert_history_names_the_lost_worker(victim)
    end
  end

  def test_a_step_that_kills_its_process_again_and_again_stops_after_its_attempts
    task_id = run_and_kill_in("left")
    2.times { kill_again(task_id) }
    with_coordinator(database) do |coordinator|
      Diamond.register(coordinator)

      assert_equal "error", coordinator.orchestrate_task(task_id).status
      assert_equal 3, runs_of("left")
      step = coordinator.get_task_context(task_id)["steps"].find { |one| one["name"] == "left" }
      assert_equal ["error", 3], step.values_at("status", "attempts")
      assert_match(/lost its worker/, step["error"]["message"])
    end
  end

  def test_what_was_acknowledged_just_before_the_kill_is_there
    child = start_ruby(<<~'RUBY', "#{__dir__}/diamond", database, path("record"))
      require ARGV.fetch(0)
      coordinator = Diamond.register(TaskerCore.create_coordinator(ARGV.fetch(1)))
      loop { puts Diamond.submit(coordinator, ARGV.fetch(2)) }
    RUBY
    acknowledged = Array.new(50) { child.line.to_i }
    child.signal(:KILL)
    acknowledged.concat(child.finish.lines(chomp: true).grep(/\A\d+\z/).map(&:to_i)[0..-2] || [])

    with_coordinator(database) do |coordinator|
      stored = acknowledged.map { |id| coordinator.get_task_context(id)["status"] }
      assert_equal %w[pending], stored.uniq
    end
  end

  private

  def run_and_kill_in(victim)
    child = start_ruby(PROGRAM, "#{__dir__}/diamond", database, path("record"), victim)
    task_id = child.wait_for(/\Atask/)[/\d+/].to_i
    child.wait_for(/\Ain #{victim}/)
    kill(child)
    task_id
  end

  def kill_again(task_id)
    child = start_ruby(PROGRAM.sub(/^task_id = .*$/, "task_id = #{task_id}"), "#{__dir__}/diamond", database,
                       path("record"), "left")
    child.wait_for(/\Ain left/)
    kill(child)
  end

  def kill(child)
    child.signal(:KILL)
    child.finish
    assert_equal 9, child.status.termsig
  end

  # The other branch may have been at any point: what the database knew as done counts.
  def done_steps
    with_coordinator(database) do |coordinator|
      steps = coordinator.get_task_context(1)["steps"]
      steps.select { |step| step["status"] == "complete" }.map { |step| step["name"] }
    end
  end

  def go_on_with(task_id)
    with_coordinator(database) do |coordinator|
      outcome = Diamond.register(coordinator).orchestrate_task(task_id)
      @context = coordinator.get_task_context(task_id)
      outcome
    end
  end

  def runs_of(step)
    record.count { |line| line.split[1] == step }
  end

  def assert_history_names_the_lost_worker(victim)
    changes = @context["history"].select { |event| event["step"] == victim }
    path = changes.map { |event| event.values_at("from", "to") }
    started = %w[ready in_progress]

    assert_equal [%w[pending ready], started, %w[in_progress ready], started, %w[in_progress complete]], path
    assert_match(/lost its worker/, changes[2]["reason"])
    first, second = changes.values_at(1, 3).map { |event| event["worker"] }
    refute_equal first, second
    assert_equal [1, 2], changes.values_at(1, 3).map { |event| event["attempt"] }
  end
end
