# frozen_string_literal: true

require_relative "boundary_helper"

# Many threads at once, and the one that Ruby must refuse.
class BoundaryThreadsTest < BoundaryTest
  def test_200_threads_wait_at_once
    engine = open_engine
    threads = Array.new(200) { Thread.new { wait_in(engine, timeout_ms: 1_000) } }

    answers = assert_within(5) { threads.map(&:value) }

    assert_equal(["busy"], answers.map { |answer| answer[1] }.uniq)
    assert_no_guards_left
  end

  def test_a_wait_lets_other_threads_run
    engine = open_engine
    waiting = waiting_thread(engine)
    counted = 0
    1_000.times { counted += 1 }
    assert_equal 1_000, counted
    assert_usable engine
    assert_predicate waiting, :alive?
    waiting.kill.join
  end

  def test_calls_of_many_threads_get_their_own_answers
    engine = open_engine
    call(engine, "register_template", TEMPLATE)
    threads = Array.new(8) do
      Thread.new do
        Array.new(50) do
          id = submit(engine)
          [id, call(engine, "context", { "task_id" => id }).fetch("task_id")]
        end
      end
    end
    pairs = threads.flat_map(&:value)

    assert_equal(400, pairs.map(&:first).uniq.size)
    assert(pairs.all? { |asked, answered| asked == answered })
  end

  def test_another_ractor_is_refused
    output = ruby(<<~PROGRAM)
      $VERBOSE = nil
      ractor = Ractor.new do
        TaskerCore.const_get(:Native).nothing
      rescue Ractor::Error, StandardError => error
        error.class.name
      end
      print ractor.take
    PROGRAM
    assert_equal "Ractor::UnsafeError", output.lines.last
  end
end
