# frozen_string_literal: true

require_relative "boundary_helper"

# The engine's log records, read from Ruby.
class BoundaryLogsTest < BoundaryTest
  def setup
    drain
    NATIVE.log_level(5)
  end

  def teardown
    NATIVE.log_level(0)
    super
    drain
    assert_no_guards_left
  end

  def test_records_have_a_level_a_target_and_a_message
    make_records(1)
    _, records = NATIVE.logs(10, 10_000)

    assert_equal [[1, "tasker_core::stop", "a call panicked: asked to panic by a test"]], records
    assert_equal [Encoding::UTF_8] * 2, records.first.drop(1).map(&:encoding)
  end

  def test_a_wait_ends_with_the_first_record
    waiting = waiting_thread(nil) { NATIVE.logs(10, 60_000) }
    make_records(1)
    assert_equal 1, assert_within(5) { waiting.value }.last.size
  end

  def test_a_wait_ends_at_its_limit_without_a_record
    NATIVE.log_level(0)
    drain
    dropped, records = assert_within(2) { NATIVE.logs(10, 50) }

    assert_kind_of Integer, dropped
    assert_empty records
  end

  def test_no_more_than_asked_for_and_in_order
    make_records(5)

    assert_empty NATIVE.logs(0, 0).last
    assert_equal([1, 3, 1, 0], [1, 3, 100, 100].map { |max| NATIVE.logs(max, 0).last.size })
  end

  def test_no_record_below_the_level
    NATIVE.log_level(0)
    make_records(1)
    assert_empty NATIVE.logs(10, 0).last
  end

  private

  def make_records(count)
    silently do
      count.times do
        NATIVE.panic("method")
        assert_raises(RuntimeError) { NATIVE.log_level(0) }
      end
    end
  end

  def drain
    nil until NATIVE.logs(1_000, 0).last.empty?
  end
end
