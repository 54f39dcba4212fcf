# frozen_string_literal: true

require_relative "../test_helper"

class MonitorTest < Minitest::Test
  include TestHelper

  # Keeps what it is told.
  class Gauges
    attr_reader :seen

    def initialize
      @seen = {}
    end

    def gauge(name, value)
      @seen[name] = value
    end
  end

  def test_the_metrics_go_to_statsd_and_come_back
    with_coordinator do |coordinator|
      gauges = Gauges.new
      metrics = TaskerCore::Monitor.collect_metrics(coordinator, statsd: gauges)

      assert_equal({ "tasker.tasks_per_second" => metrics["tasks_per_second"],
                     "tasker.completion_time" => metrics["average_completion_time_ms"],
                     "tasker.error_rate" => metrics["error_rate"], "tasker.active_tasks" => 0 }, gauges.seen)
      assert_equal 0, metrics["active_tasks"]
    end
  end

  def test_a_statsd_that_is_defined_is_found
    Object.const_set(:StatsD, Gauges.new)
    with_coordinator { |coordinator| TaskerCore::Monitor.collect_metrics(coordinator) }

    assert_equal 4, StatsD.seen.size
  ensure
    Object.send(:remove_const, :StatsD)
  end

  def test_nothing_is_sent_where_there_is_no_statsd
    with_coordinator { |coordinator| assert_kind_of Hash, TaskerCore::Monitor.collect_metrics(coordinator) }
  end

  def test_what_takes_no_gauges_is_a_type_error
    with_coordinator do |coordinator|
      assert_raises(TypeError) { TaskerCore::Monitor.collect_metrics(coordinator, statsd: 1) }
    end
  end
end
