# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs small programs of their own, for what a test can't do to its own process.
module Programs
  LIBRARY = File.expand_path("../../lib", __dir__)
  # What every program begins with.
  PREAMBLE = <<~'RUBY'
    require "tasker_core"
    require "tmpdir"
    TEMPLATE = { "namespace" => "test", "name" => "one",
                 "steps" => [{ "name" => "only", "handler" => { "callable" => "Only" } }] }.freeze
    def ready(coordinator)
      coordinator.register_handler("Only") { |step| step.context["n"] }
      coordinator.register_template(TEMPLATE)
      coordinator
    end
    def make_the_engine_complain
      Dir.mktmpdir do |folder|
        File.write("#{folder}/broken.db", "no database" * 1000)
        TaskerCore.create_coordinator("sqlite://#{folder}/broken.db")
      rescue TaskerCore::DatabaseError
        nil
      end
    end
    def run(coordinator, n = 1)
      task = coordinator.initialize_task(namespace: "test", name: "one", context: { n: n })
      coordinator.orchestrate_task(task).status
    end
  RUBY

  # Gives output, errors and exit status of a program that must end within the limit.
  def program(code, limit: 60)
    command = [RbConfig.ruby, "-W", "-I", LIBRARY, "-e", PREAMBLE + code]
    Timeout.timeout(limit) { Open3.capture3({ "TASKER_DATABASE_URL" => nil }, *command) }
  end

  # Gives the output of a program that must succeed and say nothing on the way.
  def output_of(code, **options)
    output, errors, status = program(code, **options)

    assert_equal ["", true], [errors, status.success?], output
    output
  end
end
