# frozen_string_literal: true

require_relative "../test_helper"
require "date"

class TimesTest < Minitest::Test
  Times = TaskerCore::Times

  def test_milliseconds_become_a_time_in_utc
    time = Times.at(1_700_000_000_123)

    assert_predicate time, :utc?
    assert_equal "2023-11-14T22:13:20.123Z", time.iso8601(3)
    assert_equal 1_700_000_000_123, Times.to_ms(time)
    assert_equal(-1, Times.to_ms(Times.at(-1)))
    assert_nil Times.at(nil)
  end

  def test_a_time_may_be_given_in_several_ways
    ms = 1_700_000_000_000

    assert_equal ms, Times.to_ms(1_700_000_000)
    assert_equal ms + 500, Times.to_ms(1_700_000_000.5)
    assert_equal ms, Times.to_ms("2023-11-14T22:13:20Z")
    assert_equal ms, Times.to_ms("2023-11-14T23:13:20+01:00")
    assert_equal ms, Times.to_ms(DateTime.iso8601("2023-11-14T22:13:20Z"))
    assert_nil Times.to_ms(nil)
  end

  def test_what_is_no_time_is_refused
    assert_raises(ArgumentError) { Times.to_ms("tomorrow") }
    assert_raises(ArgumentError) { Times.to_ms(Float::NAN) }
    assert_raises(TypeError) { Times.to_ms(Date.new(2024, 1, 1)) }
    assert_raises(TypeError) { Times.to_ms([]) }
  end

  def test_only_the_tasks_own_times_are_converted
    task = { "created_at" => 0, "run_at" => nil, "context" => { "created_at" => 0 },
             "steps" => [{ "started_at" => 1000, "result" => { "started_at" => 1000 } }], "history" => [{ "at" => 0 }] }
    Times.in_task(task)

    assert_equal Time.at(0).utc, task["created_at"]
    assert_nil task["run_at"]
    assert_equal 0, task["context"]["created_at"]
    assert_equal Time.at(1).utc, task["steps"][0]["started_at"]
    assert_equal 1000, task["steps"][0]["result"]["started_at"]
    assert_equal Time.at(0).utc, task["history"][0]["at"]
  end
end
