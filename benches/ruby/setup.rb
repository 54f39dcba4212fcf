# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../../lib", __dir__)
require "logger"
require "tmpdir"
require "tasker_core"
require_relative "report"

# What the Ruby benchmarks share: the workloads of the comparison (see README), a database each, and a clock.
module Benches
  # The usual temporary folder may be in memory, where nothing takes the time that it takes on a disk.
  ON_DISK = "/var/tmp"

  def self.step(name, parents = [], handler: "noop")
    { "name" => name, "handler" => { "callable" => handler }, "dependencies" => parents }
  end

  def self.chain(count)
    (1..count).map { |number| step("s#{number}", number > 1 ? ["s#{number - 1}"] : []) }
  end

  def self.fan(count, handler: "noop")
    middle = (1..count).map { |number| "m#{number}" }
    [step("first", handler:), *middle.map { |name| step(name, ["first"], handler:) }, step("last", middle, handler:)]
  end

  NAMES = { "w1" => "W1, a line of 5", "w2" => "W2, a diamond of 4", "w3" => "W3, 1→100→1" }.freeze

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
  def self.with_coordinator(kind, extra = {}, &)
    with_database(kind) { |settings| open_coordinator(settings, extra, &) }
  end

  # Gives the settings of a database of SQLite that is gone in the end.
  # @param kind [Symbol] :file or :memory
  def self.with_database(kind)
    return yield("database_url" => "sqlite::memory:") if kind == :memory

    Dir.mktmpdir("tasker_core-bench", ON_DISK) do |folder|
      yield("database_url" => "sqlite://#{folder}/bench.sqlite3")
    end
  end

  # @param settings [Hash] which database, and what is not by default
  # @param extra [Hash{String => Array}] templates beside the workloads
  def self.open_coordinator(settings, extra = {})
    TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
    coordinator = TaskerCore.create_coordinator_with_config(settings)
    coordinator.register_handler("noop") { |_step| nil }
    WORKFLOWS.merge(extra).each { |name, steps| register(coordinator, name, steps) }
    yield coordinator
  ensure
    coordinator&.close
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

  # Waits until no task is active, whichever process runs it. A look takes time from what is measured: not many.
  def self.until_idle(coordinator)
    sleep 0.02 until coordinator.get_performance_metrics["active_tasks"].zero?
  end

  # @return [String] such as "2 processes"
  def self.processes(count)
    count == 1 ? "1 process" : "#{count} processes"
  end

  # @return [Float] tasks a second
  def self.submitted_by_threads(coordinator, threads, count)
    count / seconds do
      Array.new(threads) do
        Thread.new { (count / threads).times { coordinator.initialize_task(request("w1")) } }
      end.each(&:join)
    end
  end

  # @return [Float] ms that a task of five steps takes where nothing else runs
  def self.submit_to_complete(coordinator)
    seconds { coordinator.orchestrate_task(coordinator.initialize_task(request("w1")).task_id) } * 1000
  end
end
