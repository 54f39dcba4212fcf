# frozen_string_literal: true

require "json"

# The workflow of the tests with outages: two steps side by side between a first and a last one. Each run of a handler
# is a line of a file: which step and attempt, what it gave, and what it was given by the steps before it.
module Relay
  PARENTS = { "first" => [], "left" => %w[first], "right" => %w[first], "last" => %w[left right] }.freeze
  # More than there are outages: no step may fail for good because of them.
  RETRIES = { "max_attempts" => 100, "backoff_base_ms" => 2, "max_backoff_ms" => 10 }.freeze
  STEPS = PARENTS.map do |name, dependencies|
    { "name" => name, "dependencies" => dependencies, "handler" => { "callable" => "Relay" }, "retry" => RETRIES }
  end.freeze
  TEMPLATE = { "namespace" => "outages", "name" => "relay", "steps" => STEPS }.freeze

  module_function

  # @param record [String] path of the file
  def register(coordinator, record)
    # Each line is one write at the end of the file, which several processes have open.
    file = File.open(record, File::WRONLY | File::APPEND | File::CREAT)
    coordinator.register_handler("Relay") do |step|
      result = "#{Process.pid} #{step.task_id} #{step.name} #{step.attempt}"
      yield step if block_given?
      file.syswrite("#{JSON.generate([step.task_id, step.name, step.attempt, result, step.results.to_h])}\n")
      result
    end
    coordinator.register_template(TEMPLATE)
  end

  # @param key [Integer, nil] of a task that may have been submitted before
  def request(key = nil)
    request = { namespace: "outages", name: "relay", context: { key: } }
    key ? request.merge(idempotency_key: "key #{key}") : request
  end
end
