# frozen_string_literal: true

# The other side of Benches::WorkerProcess: a worker in a process of its own, which does what its standard input says.
#
#   open JSON   a coordinator, with these settings, and a worker that doesn't run yet: {"settings": …, "concurrency": …}
#   start       it runs
#   stop        it has stopped, and its coordinator is closed
#
# Each is answered by a line `done`. The handler `stamp` writes when it began, by a clock that all processes share.

require_relative "setup"

$stdout.sync = true
TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)

open = lambda do |told|
  coordinator = TaskerCore.create_coordinator_with_config(told.fetch("settings"))
  coordinator.register_handler("noop") { |_step| nil }
  coordinator.register_handler("wait") { |_step| sleep 0.05 }
  coordinator.register_handler("stamp") { |_step| puts Benches.clock }
  [coordinator, TaskerCore::Worker.new(coordinator, concurrency: told.fetch("concurrency"))]
end

coordinator = worker = nil
$stdin.each_line(chomp: true) do |line|
  command, rest = line.split(" ", 2)
  case command
  when "open" then coordinator, worker = open.call(JSON.parse(rest))
  when "start" then worker.start
  when "stop"
    worker.stop(timeout: 10)
    coordinator.close
  else abort "the worker's process knows no command #{command.inspect}"
  end
  puts "done"
end
