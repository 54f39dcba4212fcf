# frozen_string_literal: true

require_relative "boundary_helper"

# Opening and closing block in the database, and can be interrupted all the same.
class BoundaryClosingTest < BoundaryTest
  def test_closing_is_idempotent
    engine = open_engine
    refute_predicate engine, :closed?
    3.times { assert_equal [true, nil], engine.close(LONG) }
    assert_predicate engine, :closed?
  end

  def test_every_entry_of_a_closed_engine_says_so
    engine = open_engine
    engine.close(LONG)
    [engine.call("ping", "{}", LONG), engine.exchange(0, 1, 60_000, [], LONG), engine.panic("turn")].each do |answer|
      assert_equal "coordinator_closed", failure_of(answer).first
    end
    assert_no_guards_left
  end

  def test_those_who_wait_are_told
    engine = open_engine
    waiting = Array.new(20) { waiting_thread(engine) }
    engine.close(LONG)

    answers = assert_within(5) { waiting.map(&:value) }
    assert_equal(["coordinator_closed"], answers.map { |answer| failure_of(answer).first }.uniq)
    assert_no_guards_left
  end

  def test_many_close_at_once
    engine = open_engine
    answers = Array.new(10) { Thread.new { engine.close(LONG) } }.map(&:value)
    assert_equal [[true, nil]], answers.uniq
  end

  def test_no_thread_is_left_after_closing
    before = native_threads
    10.times { open_engine.close(LONG) }
    eventually("the threads have ended") { native_threads <= before + 1 }
  end

  def test_an_engine_can_be_dropped_while_another_thread_waits_in_it
    waiting = waiting_thread(nil) { wait_in(NATIVE.open(JSON.generate(SETTINGS), LONG).last, timeout_ms: 300) }
    GC.start
    assert_equal "busy", failure_of(waiting.value).first
  end

  def test_the_process_ends_with_engines_open_and_waited_in
    output = assert_within(20) do
      ruby(<<~PROGRAM)
        native = TaskerCore.const_get(:Native)
        engines = Array.new(3) { native.open(ARGV.first, 10_000).last }
        engines.each { |engine| Thread.new { engine.exchange(0, 1, 60_000, [], 60_000) } }
        Thread.pass until Thread.list.drop(1).all?(&:stop?)
        print "ended"
      PROGRAM
    end
    assert_equal "ended", output
  end

  private

  def native_threads
    Dir.children("/proc/self/task").size
  end
end
