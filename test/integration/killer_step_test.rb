# frozen_string_literal: true

require_relative "places"

# A step that kills whichever worker runs it is stopped by its number of attempts, and does no harm to other tasks.
class KillerStepTest < Minitest::Test
  include Places

  MAX_ATTEMPTS = 3
  WORKER = "#{OPEN}#{<<~'RUBY'}".freeze
    record = File.open(ARGV.fetch(1), File::WRONLY | File::APPEND | File::CREAT)
    coordinator.register_handler("Kill") do |step|
      record.syswrite("#{step.task_id} kill #{step.attempt}\n")
      Process.kill(:KILL, Process.pid)
      sleep
    end
    coordinator.register_handler("Live") { |step| "alive" }
    worker = TaskerCore::Worker.new(coordinator, concurrency: 4).start
    puts "ready"
    $stdin.gets
    p worker.stop
    coordinator.close
  RUBY
  TEMPLATES = {
    "deadly" => [{ "name" => "before", "handler" => { "callable" => "Live" } },
                 { "name" => "kill", "dependencies" => %w[before], "handler" => { "callable" => "Kill" },
                   "retry" => { "max_attempts" => MAX_ATTEMPTS, "backoff_base_ms" => 1 } },
                 { "name" => "beside", "dependencies" => %w[before], "handler" => { "callable" => "Live" },
                   "retry" => { "max_attempts" => 100 } },
                 { "name" => "after", "dependencies" => %w[kill], "handler" => { "callable" => "Live" } }],
    "harmless" => [{ "name" => "only", "handler" => { "callable" => "Live" }, "retry" => { "max_attempts" => 100 } }]
  }.freeze

  test_on_both :step_that_kills_its_worker_again_and_again_ends_in_error do
    with_place_open do |coordinator|
      deadly, harmless = submit(coordinator)
      deaths = run_until_it_ends(coordinator, deadly)

      assert_equal MAX_ATTEMPTS, deaths
      assert_equal((1..MAX_ATTEMPTS).map { |attempt| "#{deadly} kill #{attempt}" }, record)
      assert_ended_with_that_reason(coordinator.get_task_context(deadly))
      assert_equal "complete", coordinator.get_task_context(harmless)["status"]
    end
  end

  private

  def submit(coordinator)
    TEMPLATES.map do |name, steps|
      coordinator.register_template("namespace" => "killer", "name" => name, "steps" => steps)
      coordinator.initialize_task("namespace" => "killer", "name" => name).task_id
    end
  end

  # Starts another worker whenever one is dead; gives how many died.
  def run_until_it_ends(coordinator, task_id)
    (0..MAX_ATTEMPTS).each do |deaths|
      worker = start_ruby(WORKER, settings(lease_ms: 500), path("record"))
      worker.wait_for(/ready/)
      next if dead?(coordinator, task_id, worker)

      stop_workers([worker])
      return deaths
    end
    flunk "more workers have died than the step has attempts"
  end

  # Waits for the death of the worker, or for the end of the task.
  def dead?(coordinator, task_id, worker)
    eventually(30, "a death or the end") do
      next :dead if File.read("/proc/#{worker.pid}/stat")[/\) (\w)/, 1] == "Z"

      :ended if coordinator.get_task_context(task_id)["status"] == "error"
    end == :dead
  end

  def assert_ended_with_that_reason(context)
    steps = context["steps"].to_h { |step| [step["name"], step] }

    assert_equal(%w[complete error complete pending], steps.values.map { |step| step["status"] })
    assert_equal MAX_ATTEMPTS, steps["kill"]["attempts"]
    assert_match(/attempt #{MAX_ATTEMPTS} lost its worker/, steps["kill"]["error"]["message"])
    lost = context["history"].select { |event| event["reason"].to_s.match?(/lost its worker/) }
    assert_equal(MAX_ATTEMPTS, lost.count { |event| event["step"] == "kill" })
    assert_equal "blocked_by_failures", context["execution_status"]
  end
end
