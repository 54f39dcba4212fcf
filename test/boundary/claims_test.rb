# frozen_string_literal: true

require_relative "boundary_helper"

# A step is either in the hands of the one who asked, or given back: never lost to an interrupt.
class BoundaryClaimsTest < BoundaryTest
  TASKS = 300

  def test_no_step_is_lost_to_a_kill
    engine = open_engine
    call(engine, "register_template", TEMPLATE)
    ids = Array.new(TASKS) { submit(engine) }
    taken = Queue.new

    killed = 0
    killed += 1 until take_and_kill(engine, taken) == :idle
    all = Array.new(taken.size) { taken.pop } + take(engine, TASKS)

    assert_operator killed, :>, 0
    eventually("every step is taken or can be") { all.concat(take(engine, TASKS)).size >= TASKS }
    assert_equal ids.sort, all.sort
    assert_no_guards_left
  end

  private

  # One thread takes a step, and is killed at some moment of it. Idle once nothing is left to take.
  def take_and_kill(engine, taken)
    idle = false
    thread = Thread.new do
      # Nothing comes between the answer and what is done with it: only a wait is interrupted.
      Thread.handle_interrupt(Object => :on_blocking) do
        steps = take(engine, 1)
        idle = steps.empty?
        steps.each { |id| taken << id }
      end
    end
    Thread.pass until thread.stop?
    rand(50).times { Thread.pass }
    thread.kill.join
    idle ? :idle : :taken
  end

  def take(engine, want)
    value_of(engine.exchange(0, want, 0, [], LONG)).last.map { |step| step.first >> 16 }
  end
end
