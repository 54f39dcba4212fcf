# frozen_string_literal: true

# What one step of W1 takes of each kind of thread and of the server, in µs of CPU. With CHECKOUT=FOLDER it measures the
# library of another checkout, so that two builds can be compared, turn about:
#
#   ruby benches/ruby/budget.rb sqlite:///tmp/budget.sqlite3 4000
#   CHECKOUT=../before ruby benches/ruby/budget.rb sqlite:///tmp/before.sqlite3 4000
#
# The database is to be a new one. It takes Linux; the server is counted where its processes run on this machine.

$LOAD_PATH.unshift(File.join(ENV.fetch("CHECKOUT") { File.expand_path("../..", __dir__) }, "lib"))
require "tasker_core"

# Tasks that are submitted, run by a worker in the same process, and measured meanwhile.
class Budget
  STEPS = %w[a b c d e].freeze
  ENGINE = /\Atasker-/

  def initialize(url)
    @done = 0
    @coordinator = TaskerCore.create_coordinator(url)
    STEPS.each { |name| @coordinator.register_handler("Budget.#{name}") { @done += 1 if name == STEPS.last } }
    @coordinator.register_template("name" => "line", "steps" => STEPS.each_with_index.map do |name, at|
      { "name" => name, "handler" => { "callable" => "Budget.#{name}" },
        "dependencies" => at.zero? ? [] : [STEPS[at - 1]] }
    end)
  end

  # @param tasks [Integer]
  # @return [Hash{String => Float}] steps a second, and µs a step
  def run(tasks)
    tasks.times.each_slice(500) { |slice| @coordinator.initialize_tasks(slice.map { { name: "line" } }) }
    before = cpu
    seconds = work_off(tasks)
    steps = tasks * STEPS.size
    spent = cpu.to_h { |who, micros| [who, ((micros - before.fetch(who, 0)) / steps).round(1)] }
    { "steps/s" => (steps / seconds).round }.merge(spent)
  end

  private

  def work_off(tasks)
    @done = 0
    began = now
    worker = TaskerCore::Worker.new(@coordinator, concurrency: 10).start
    sleep 0.005 until @done >= tasks
    now - began
  ensure
    worker&.stop(timeout: 10)
  end

  def cpu
    threads = Dir["/proc/self/task/*"].map { |folder| [kind(folder), micros(folder)] }
    threads += Dir["/proc/[0-9]*"].filter_map { |folder| ["server", micros(folder)] if server?(folder) }
    threads.each_with_object(Hash.new(0)) { |(who, spent), sums| sums[who] += spent }
  end

  def kind(folder)
    name = File.read("#{folder}/comm").strip
    ENGINE.match?(name) ? name : "ruby"
  rescue SystemCallError
    "ruby"
  end

  def server?(folder)
    File.read("#{folder}/cmdline").start_with?("postgres")
  rescue SystemCallError
    false
  end

  # The time that it ran.
  def micros(folder)
    File.read("#{folder}/schedstat").split.first.to_i / 1e3
  rescue SystemCallError
    0
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

abort "usage: ruby benches/ruby/budget.rb DATABASE_URL [TASKS]" unless (1..2).cover?(ARGV.size)

budget = Budget.new(ARGV.first)
3.times { puts budget.run(Integer(ARGV.fetch(1, 4000))).map { |what, figure| "#{what} #{figure}" }.join("  ") }
