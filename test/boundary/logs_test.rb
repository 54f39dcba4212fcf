# frozen_string_literal: true

require_relative "boundary_helper"

# The engine's log records, read from Ruby.
class BoundaryLogsTest < Minitest::Test
  include BoundaryHelper

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
    open_engine
    level, target, message = wait_for_record

    assert_includes 1..5, level
    assert_match(/\Atasker/, target)
    assert_equal Encoding::UTF_8, message.encoding
    refute_empty message
  end

  def test_a_wait_ends_at_its_limit_without_a_record
    NATIVE.log_level(0)
    drain
    dropped, records = assert_within(2) { NATIVE.logs(10, 50) }

    assert_kind_of Integer, dropped
    assert_empty records
  end

  def test_no_more_than_asked_for
    open_engine.close(LONG)
    assert_empty NATIVE.logs(0, 0).last
    assert_operator NATIVE.logs(1, 1_000).last.size, :<=, 1
  end

  private

  def wait_for_record
    records = []
    eventually("a record comes") { records.concat(NATIVE.logs(100, 100).last).any? }
    records.first
  end

  def drain
    nil until NATIVE.logs(1_000, 0).last.empty?
  end
end
