# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../../lib", __dir__)
require "logger"
require "tmpdir"
require "tasker_core"
require_relative "report"

# What the Ruby benchmarks share: the workloads of the comparison (see README), a database each, and a clock.
module Benches
  NOOP = { "callable" => "noop" }.freeze

  def self.step(name, parents = [])
    { "name" => name, "handler" => NOOP, "dependencies" => parents }
  end

  def self.chain(count)
    (1..count).map { |number| step("s#{number}", number > 1 ? ["s#{number - 1}"] : []) }
  end

  def self.fan(count)
    middle = (1..count).map { |number| "m#{number}" }
    [step("first"), *middle.map { |name| step(name, ["first"]) }, step("last", middle)]
  end

  # W1 is a line of five, W2 a diamond of four, W3 one to a hundred to one.
  WORKFLOWS = {
    "w1" => chain(5),
    "w2" => [step("a"), step("b", ["a"]), step("c", ["a"]), step("d", %w[b c])],
    "w3" => fan(100)
  }.freeze

  def self.clock
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # @return [Float] seconds that the block took
  def self.seconds
    began = clock
    yield
    clock - began
  end

  # A coordinator with the workloads, on a database of its own.
  # @param kind [Symbol] :file (synchronous=FULL) or :memory
  def self.with_coordinator(kind, extra = {})
    TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
    Dir.mktmpdir("tasker_core-bench") do |folder|
      url = kind == :memory ? "sqlite::memory:" : "sqlite://#{folder}/bench.sqlite3"
      coordinator = TaskerCore.create_coordinator(url)
      coordinator.register_handler("noop") { |_step| nil }
      WORKFLOWS.merge(extra).each { |name, steps| register(coordinator, name, steps) }
      yield coordinator
    ensure
      coordinator&.close
    end
  end

  def self.register(coordinator, name, steps)
    coordinator.register_template("name" => name, "namespace_name" => "bench", "version" => "1.0.0", "steps" => steps)
  end

  def self.request(name, payload = {})
    { "namespace" => "bench", "task_name" => name, "payload" => payload }
  end

  # @return [Array<Integer>] ids of as many tasks, submitted in batches
  def self.submit(coordinator, name, count)
    Array.new(count) { request(name) }.each_slice(500).flat_map do |slice|
      coordinator.initialize_tasks(slice).map(&:task_id)
    end
  end
end
