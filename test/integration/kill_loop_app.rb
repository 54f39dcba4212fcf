# frozen_string_literal: true

# What a process of the kill loop does: submits tasks that others may have submitted before it, then runs whatever is
# open until all is done.

require "tasker_core"
require_relative "kill_loop"

database, folder, role, tasks, lease_ms, seed = ARGV
random = Random.new(Integer(seed))
record, acknowledged = %w[record acknowledged].map { |name| KillLoop.append_to(File.join(folder, name)) }
TaskerCore.logger = Logger.new(File.join(folder, "log"))
coordinator = TaskerCore.create_coordinator_with_config(database_url: database, lease_ms: Integer(lease_ms))
KillLoop.register(coordinator, record, random)
puts "ready"

worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start unless role == "orchestrator"
# The newest first: those are the ones that nobody else has submitted.
(0...Integer(tasks)).reverse_each.each_slice(1 + random.rand(12)) do |keys|
  submitted = coordinator.initialize_tasks(keys.map { |key| KillLoop.request(key) })
  keys.zip(submitted) { |key, task| acknowledged.syswrite("#{key} #{task.task_id}\n") }
end
while (task = KillLoop.open_tasks(coordinator).sample(random:))
  # Beside a worker this thread only looks whether all is done.
  role == "worker" ? sleep(0.01) : coordinator.orchestrate_task(task["task_id"], wait_for_retries: random.rand(2).zero?)
end
worker&.stop
coordinator.close
