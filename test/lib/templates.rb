# frozen_string_literal: true

# Templates that the tests of the library share.
module Templates
  # How a linear template's steps follow each other.
  def linear(*names, name: "linear", **more)
    steps = names.each_with_index.map do |step, index|
      { "name" => step, "handler" => { "callable" => "Linear.#{step}" },
        "dependencies" => index.zero? ? [] : [names[index - 1]] }
    end
    { "namespace_name" => "test", "name" => name, "version" => "1.0.0", "steps" => steps }.merge(more)
  end

  # Registers a linear template and a handler for each step, which gives back the step's name.
  def register_linear(coordinator, *names, **more, &handler)
    handler ||= ->(step) { step.name }
    names.each { |name| coordinator.register_handler("Linear.#{name}", &handler) }
    coordinator.register_template(linear(*names, **more))
  end

  def start(coordinator, context = {}, name: "linear", **more)
    coordinator.initialize_task(namespace: "test", name:, context:, **more)
  end
end
