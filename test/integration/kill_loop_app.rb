# frozen_string_literal: true

require "tasker_core"
require_relative "kill_loop"

# What a process of the kill loop does: it submits tasks that others may have submitted before it, and runs whatever is
# open, until it is killed; one that is to finish ends when all is done.
class KillLoopApp
  # As many of the newest tasks does a process submit; one that is to finish submits them all.
  NEWEST = 24

  # @param options [Hash{String => Object}] "settings", "folder", "role", "tasks", "seed", "finish"
  def initialize(options)
    @options = options
    @random = Random.new(options.fetch("seed"))
    @record, @acknowledged = %w[record acknowledged].map { |name| append_to(name) }
    TaskerCore.logger = Logger.new(append_to("log"))
  end

  def run
    # Nothing may be left when the test itself is ended.
    Thread.new { exit! if $stdin.read }
    coordinator = TaskerCore.create_coordinator_with_config(@options.fetch("settings"))
    KillLoop.register(coordinator, @record, @random)
    worker = TaskerCore::Worker.new(coordinator, concurrency: 6).start unless role == "orchestrator"
    submit(coordinator)
    work(coordinator)
    worker&.stop
    coordinator.close
  end

  private

  def role = @options.fetch("role")

  # For lines of several processes: each line is one write at the end of the file.
  def append_to(name)
    File.open(File.join(@options.fetch("folder"), name), File::WRONLY | File::APPEND | File::CREAT)
  end

  # The newest first: those are the ones that nobody else has submitted.
  def submit(coordinator)
    tasks = @options.fetch("tasks")
    newest = (0...tasks).reverse_each
    newest = newest.first(NEWEST) unless @options["finish"]
    newest.each_slice(1 + @random.rand(12)) do |keys|
      submitted = coordinator.initialize_tasks(keys.map { |key| KillLoop.request(key) })
      keys.zip(submitted) { |key, task| @acknowledged.syswrite("#{key} #{task.task_id}\n") }
    end
  end

  def work(coordinator)
    loop do
      task = open_task(coordinator)
      return if task.nil? && @options["finish"]

      # Beside a worker this thread only looks whether all is done.
      task.nil? || role == "worker" ? sleep(0.01) : orchestrate(coordinator, task)
    end
  end

  def open_task(coordinator)
    %w[in_progress pending].flat_map { |status| coordinator.list_tasks(status:, limit: 50) }.sample(random: @random)
  end

  def orchestrate(coordinator, task)
    coordinator.orchestrate_task(task["task_id"], wait_for_retries: @random.rand(2).zero?)
  end
end

KillLoopApp.new(JSON.parse(ARGV.fetch(0))).run if $PROGRAM_NAME == __FILE__
