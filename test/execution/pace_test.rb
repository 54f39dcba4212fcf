# frozen_string_literal: true

require_relative "../test_helper"

# How many steps a crew takes ahead.
class PaceTest < Minitest::Test
  THREADS = 10

  def setup
    @pace = TaskerCore::Execution::Pace.new(THREADS)
  end

  def test_nothing_is_taken_ahead_before_anything_was_measured
    assert_equal THREADS, @pace.target
  end

  def test_no_more_is_taken_ahead_than_were_short_before
    targets = Array.new(3) { @pace.record(0.01) && @pace.target }

    assert_equal [THREADS + 1, THREADS + 2, THREADS + 3], targets
  end

  def test_short_steps_come_to_be_taken_in_large_batches
    1000.times { @pace.record(0.01) }

    assert_equal THREADS * 64, @pace.target
  end

  def test_steps_of_some_ms_are_taken_ahead_for_ten_ms_a_thread
    1000.times { @pace.record(2.0) }

    assert_equal THREADS * 5, @pace.target
  end

  def test_nothing_is_taken_ahead_after_a_long_step
    1000.times { @pace.record(0.01) }
    @pace.record(50.0)

    assert_equal THREADS, @pace.target
  end

  def test_one_long_step_among_many_short_ones_is_soon_forgotten
    1000.times { @pace.record(0.01) }
    @pace.record(50.0)
    40.times { @pace.record(0.01) }

    assert_operator @pace.target, :>, THREADS * 32
  end

  def test_a_clock_that_was_set_back_does_no_harm
    @pace.record(-5.0)

    assert_equal THREADS + 1, @pace.target
  end

  def test_what_was_measured_can_be_forgotten
    1000.times { @pace.record(0.01) }
    @pace.forget

    assert_equal THREADS, @pace.target
    @pace.record(0.01)
    assert_equal THREADS + 1, @pace.target
  end
end
