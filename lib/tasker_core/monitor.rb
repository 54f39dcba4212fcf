# frozen_string_literal: true

module TaskerCore
  # Sends what a coordinator has done to a monitoring system.
  #
  # @example
  #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
  #   TaskerCore::Monitor.collect_metrics(coordinator)["active_tasks"] # => 0
  class Monitor
    # Each gauge and the metric that it shows.
    GAUGES = {
      "tasker.tasks_per_second" => "tasks_per_second",
      "tasker.completion_time" => "average_completion_time_ms",
      "tasker.error_rate" => "error_rate",
      "tasker.active_tasks" => "active_tasks"
    }.freeze

    # @param coordinator [Coordinator] the process's own where none is given
    # @param statsd [#gauge, nil] where the gauges go; `::StatsD` where that is defined and nothing is given
    # @return [Hash{String => Numeric}] all metrics
    # @raise [WrongType] where statsd has no `gauge`
    def self.collect_metrics(coordinator = TaskerCore.coordinator, statsd: nil)
      statsd ||= ::StatsD if defined?(::StatsD)
      unless statsd.nil? || statsd.respond_to?(:gauge)
        raise WrongType, "statsd must have gauge(name, value), and a #{statsd.class} doesn't"
      end

      metrics = coordinator.get_performance_metrics
      GAUGES.each { |gauge, metric| statsd.gauge(gauge, metrics[metric]) } if statsd
      metrics
    end
  end
end
