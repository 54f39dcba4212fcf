# frozen_string_literal: true

# The workflow of the tests with several processes: two steps side by side between a first and a last one. Each run of a
# handler is a line of the file that the context names, so that it can be counted whatever became of its process.
module Diamond
  TEMPLATE = {
    "namespace" => "integration", "name" => "diamond",
    "steps" => [%w[first], %w[left first], %w[right first], %w[last left right]].map do |name, *parents|
      { "name" => name, "dependencies" => parents, "handler" => { "callable" => "Diamond.#{name}" },
        "retry" => { "max_attempts" => 3, "backoff" => "none" } }
    end
  }.freeze
  STEPS = %w[first left right last].freeze

  module_function

  # Registers template and handlers. The block, if there is one, is called with each step before it is done.
  def register(coordinator)
    STEPS.each do |name|
      coordinator.register_handler("Diamond.#{name}") do |step|
        # Past Ruby's buffer: a process that is forked just then would write a copy of it, too.
        File.open(step.context["record"], "a") { |file| file.syswrite("#{step.task_id} #{step.name} #{Process.pid}\n") }
        yield step if block_given?
        "#{step.name} done"
      end
    end
    coordinator.register_template(TEMPLATE)
    coordinator
  end

  def submit(coordinator, record)
    coordinator.initialize_task(namespace: "integration", name: "diamond", context: { record: }).task_id
  end
end
