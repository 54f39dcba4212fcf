# frozen_string_literal: true

# Makes as many coordinators as it is told, with the settings that its input has as JSON; uses each, drops it, and
# prints what is left of them, as JSON: `growth` of its memory in MiB, `threads`, and `files`, connections among them.

$LOAD_PATH.unshift File.expand_path("../../../lib", __dir__)
require "json"
require "tasker_core"

TEMPLATE = { "namespace" => "bench", "name" => "one",
             "steps" => [{ "name" => "only", "handler" => { "callable" => "Only" } }] }.freeze
PATIENCE = 30
SETTINGS = JSON.parse($stdin.read)

def make_use_and_drop
  coordinator = TaskerCore.create_coordinator_with_config(SETTINGS)
  coordinator.register_handler("Only") { |step| step.context["n"] }
  coordinator.register_template(TEMPLATE)
  task = coordinator.initialize_task(namespace: "bench", name: "one", context: { "n" => 1 })
  status = coordinator.orchestrate_task(task).status
  abort "the task is #{status}" unless status == "complete"
end

def memory = File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i / 1024.0

def counts = %w[task fd].map { |folder| Dir.children("/proc/self/#{folder}").size }

# What is dropped goes in the background, once Ruby has found that nobody has it any more.
def settled(wanted)
  limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE
  loop do
    GC.start
    now = counts
    late = Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
    return now if late || now.zip(wanted).all? { |count, most| count <= most }

    sleep 0.01
  end
end

# Of the last ones of the program before it is said that they are gone.
TaskerCore.logger.level = Logger::ERROR
10.times { make_use_and_drop }
# The program's own thread, Ruby's timer, and the one for the logs: a first use leaves that on purpose.
before = settled([3, Float::INFINITY])
began = memory
Integer(ARGV.fetch(0)).times { make_use_and_drop }
threads, files = settled(before).zip(before).map { |now, then_| now - then_ }
puts JSON.generate(growth: (memory - began).round(1), threads:, files:)
