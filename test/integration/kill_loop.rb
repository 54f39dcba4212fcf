# frozen_string_literal: true

require "json"

# The workflows of the kill loop. Each run of a handler is a line of the record: which step and attempt, what it gave,
# and what it was given by the steps before it.
module KillLoop
  # More than there are kills: no step may fail for good because of them.
  MAX_ATTEMPTS = 10_000
  LEAVES = (1..50).map { |number| "leaf#{number}" }.freeze
  # Which steps each step comes after.
  TEMPLATES = {
    "chain" => { "one" => [], "two" => %w[one], "three" => %w[two], "four" => %w[three], "five" => %w[four] },
    "diamond" => { "first" => [], "left" => %w[first], "right" => %w[first], "last" => %w[left right] },
    "mesh" => { "a" => [], "b" => [], "c" => %w[a b], "d" => %w[a b], "e" => %w[c d], "f" => %w[e c a] },
    "fan" => { "root" => [], **LEAVES.to_h { |leaf| [leaf, %w[root]] }, "join" => LEAVES }
  }.freeze
  # A third of the attempts of these fails by itself.
  UNSTEADY = %w[two left e leaf7].freeze

  module_function

  def register(coordinator, record, random)
    coordinator.register_handler("KillLoop") { |step| run(step, record, random) }
    TEMPLATES.each { |name, parents| coordinator.register_template(template(name, parents)) }
  end

  # The key of a task tells its shape, and keeps it from being submitted twice.
  def request(key)
    { namespace: "kill_loop", name: TEMPLATES.keys[key % TEMPLATES.size], context: { key: },
      idempotency_key: "key #{key}" }
  end

  def fails?(task_id, name, attempt) = UNSTEADY.include?(name) && ((task_id + attempt) % 3).zero?

  def run(step, record, random)
    # Another one each time, so that a result tells which run it is of.
    result = "#{Process.pid} #{random.rand(1 << 40)}"
    record.syswrite("#{JSON.generate([step.task_id, step.name, step.attempt, result, step.results.to_h])}\n")
    # Some processes are to be killed while a handler runs.
    sleep(random.rand * 0.02) if random.rand(4).zero?
    raise "on purpose" if fails?(step.task_id, step.name, step.attempt)

    result
  end

  def template(name, parents)
    retries = { "max_attempts" => MAX_ATTEMPTS, "backoff_base_ms" => 2, "max_backoff_ms" => 10 }
    steps = parents.map do |step, dependencies|
      { "name" => step, "dependencies" => dependencies, "handler" => { "callable" => "KillLoop" }, "retry" => retries }
    end
    { "namespace" => "kill_loop", "name" => name, "steps" => steps }
  end
end
