# frozen_string_literal: true

# What a Sidekiq process of the tests loads: an application as it would be, with a job that runs tasks.

require "sidekiq"
require "tasker_core"
require_relative "diamond"

Sidekiq.configure_server { |config| config.redis = { url: ENV.fetch("REDIS_URL") } }
Sidekiq.configure_client { |config| config.redis = { url: ENV.fetch("REDIS_URL") } }

TaskerCore.configure(database_url: ENV.fetch("APP_DATABASE"))

# Runs one task.
class RunTask
  include Sidekiq::Worker
  sidekiq_options retry: 3

  def perform(task_id)
    outcome = TaskerCore.coordinator.orchestrate_task(task_id)
    raise "task #{task_id} is #{outcome.status}" unless outcome.complete?
  end
end

# The last attempt of a step that the tests hold waits for a file; all others go on at once.
def hold(step)
  gate = ENV.fetch("APP_GATE", nil)
  return unless gate && step.name == "left"

  File.write("#{gate}.reached", step.task_id.to_s)
  sleep 0.01 until File.exist?(gate)
end

Sidekiq.configure_server do |config|
  Diamond.register(TaskerCore.coordinator) { |step| hold(step) }
  # Sidekiq itself says so on a terminal only.
  config.on(:startup) { $stdout.write("sidekiq is up\n") && $stdout.flush }
end
