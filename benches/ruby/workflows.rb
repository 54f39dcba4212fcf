# frozen_string_literal: true

# How many workflows a second one process runs: `ruby benches/ruby/workflows.rb`. Handlers do nothing; submitting,
# claiming, running, recording and committing share the machine.
require_relative "setup"

REPETITIONS = 5
COUNTS = { "w1" => 2000, "w2" => 2000, "w3" => 100 }.freeze

def until_completed(coordinator, total)
  sleep 0.001 until coordinator.get_performance_metrics["tasks_completed"] >= total
end

def drained_by_worker(coordinator, name, count)
  done = coordinator.get_performance_metrics["tasks_completed"]
  Benches.submit(coordinator, name, count)
  worker = TaskerCore::Worker.new(coordinator, concurrency: 10)
  seconds = Benches.seconds do
    worker.start
    until_completed(coordinator, done + count)
  end
  worker.stop(timeout: 10)
  count / seconds
end

def one_after_the_other(coordinator, name, count)
  ids = Benches.submit(coordinator, name, count)
  count / Benches.seconds { ids.each { |id| coordinator.orchestrate_task(id) } }
end

report = Benches::Report.new("workflows", "Workflows in one process", "ruby benches/ruby/workflows.rb")

%i[file memory].each do |kind|
  where = kind == :memory ? "SQLite in memory" : "SQLite file, FULL"
  Benches.with_coordinator(kind) do |coordinator|
    Benches.submit(coordinator, "w1", 50).each { |id| coordinator.orchestrate_task(id) }
    report.add("idle #{Benches::NAMES["w1"]}, submit to complete, #{where}", "ms",
               Array.new(500) { Benches.submit_to_complete(coordinator) })
    COUNTS.each do |name, count|
      steps = Benches::WORKFLOWS[name].size
      rates = Array.new(REPETITIONS) { drained_by_worker(coordinator, name, count) }
      report.add("#{Benches::NAMES[name]}, a worker of 10 threads, #{where}", "workflows/s", rates)
      report.add("#{Benches::NAMES[name]}, the same in steps, #{where}", "steps/s", rates.map { |rate| rate * steps })
      rates = Array.new(REPETITIONS) { one_after_the_other(coordinator, name, count / 10) }
      report.add("#{Benches::NAMES[name]}, orchestrate_task in a loop, #{where}", "workflows/s", rates)
    end
    rates = Array.new(REPETITIONS) { Benches.submitted_by_threads(coordinator, 8, 2000) }
    report.add("initialize_task from 8 threads, #{where}", "tasks/s", rates)
  end
end

report.write
