# frozen_string_literal: true

require_relative "boundary_helper"

# The garbage collector may run, and move objects, at every moment of a call.
class BoundaryMemoryTest < BoundaryTest
  def setup
    @engine = open_engine
    @task_id = submit_one(@engine)
  end

  def test_every_entry_works_while_the_collector_runs_at_every_allocation
    stressed { use_everything }
  end

  def test_every_entry_works_while_objects_are_moved
    skip "this Ruby can't move objects" unless GC.respond_to?(:compact)
    before = GC.auto_compact
    GC.auto_compact = true
    10.times { use_everything }
    GC.verify_compaction_references(toward: :empty, double_heap: true)
    use_everything
  rescue NotImplementedError
    skip "this Ruby can't move objects"
  ensure
    GC.auto_compact = before unless before.nil?
  end

  def test_a_large_grant_survives_a_collector_that_runs_at_every_allocation
    ids = Array.new(20) { submit(@engine) } << @task_id
    _, _, tasks, steps = stressed { value_of(@engine.exchange(0, 100, 0, [], LONG)) }

    assert_equal ids.sort, tasks.map(&:first).sort
    assert_equal(ids.sort, steps.map { |step| step.first >> 16 }.sort)
  end

  def test_large_and_small_payloads_come_back_unchanged
    [0, 1, 23, 24, 100, 10_000, 500_000].each do |size|
      task_id = submit(@engine)
      payload = JSON.generate("text" => "ä" * size)
      step_id, fence = value_of(@engine.exchange(task_id, 1, 0, [], LONG)).last.first
      value_of(@engine.exchange(task_id, 0, 0, [step_id, fence, 0, payload], LONG))
      answer = value_of(@engine.call("result", JSON.generate("task_id" => task_id, "step" => "only"), LONG))
      assert_includes answer, payload
    end
  end

  private

  def use_everything
    assert_usable @engine
    assert_equal "task_not_found", failure_of(@engine.exchange(4711, 1, 0, [1, 1, 0, "{}"], LONG)).first
    assert_equal "task_not_found", failure_of(@engine.call("context", '{"task_id":4711}', LONG)).first
    assert_raises(TypeError) { @engine.call("ping", 5, LONG) }
    assert_raises(RangeError) { @engine.exchange(2**64, 0, 0, [], LONG) }
    use_the_module
  end

  def use_the_module
    assert_nil NATIVE.nothing
    NATIVE.logs(10, 1)
    refute_predicate @engine, :closed?
    _, other = NATIVE.open(JSON.generate(SETTINGS), LONG)
    assert_equal [true, nil], other.close(LONG)
    assert_equal 0, NATIVE.live_guards
  end

  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end
end
