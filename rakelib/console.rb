# frozen_string_literal: true

# What bin/console opens: IRB with a coordinator on a temporary database.

require "irb"
require "tasker_core"
require "tmpdir"

hello = <<~'TEXT'
  TaskerCore %<version>s. `coordinator` is on a temporary database that goes when you leave. Try:

    coordinator.register_handler("Greet") { |step| "Hello, #{step.context["name"]}!" }
    coordinator.register_template("name" => "hello", "namespace_name" => "demo", "version" => "1.0.0",
      "steps" => [{ "name" => "greet", "handler" => { "callable" => "Greet" } }])
    task = coordinator.initialize_task("namespace" => "demo", "task_name" => "hello", "payload" => { "name" => "Ada" })
    coordinator.orchestrate_task(task.task_id)                   # runs its steps
    coordinator.get_task_context(task.task_id)                   # everything about it
    coordinator.list_tasks
    coordinator.get_performance_metrics
    exit
TEXT

Dir.mktmpdir("tasker_core") do |folder|
  coordinator = TaskerCore.create_coordinator("sqlite://#{File.join(folder, "console.sqlite3")}")
  TOPLEVEL_BINDING.local_variable_set(:coordinator, coordinator)
  puts format(hello, version: TaskerCore::VERSION)

  IRB.setup(nil, argv: [])
  IRB::Irb.new(IRB::WorkSpace.new(TOPLEVEL_BINDING)).run(IRB.conf)
ensure
  coordinator&.close
end
