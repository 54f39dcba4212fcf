# frozen_string_literal: true

# A worker process of the tests with outages. It says "ready", and stops when it is told a line.

require "json"
require "tasker_core"
require_relative "relay"

settings, record, log = ARGV
TaskerCore.logger = Logger.new(log, progname: Process.pid)
coordinator = TaskerCore.create_coordinator_with_config(JSON.parse(settings))
Relay.register(coordinator, record) do |step|
  # Some tasks have a gate, which the test opens.
  gate = step.context["gate"]
  sleep 0.005 while gate && !File.exist?(gate)
end
worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start
puts "ready"
$stdin.gets
puts worker.stop(timeout: 20) ? "stopped" : "late"
coordinator.close
