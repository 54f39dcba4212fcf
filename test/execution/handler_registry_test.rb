# frozen_string_literal: true

require_relative "execution_helper"

# How a step finds its handler, and how each kind is called.
class HandlerRegistryTest < Minitest::Test
  include ExecutionHelper

  # Stands for the step: the registry passes it on and asks it nothing.
  STEP = Struct.new(:name).new("the step").freeze

  # Found as a constant.
  class Constant
    def call(step) = "constant #{step.name}"

    def validate(step) = "validate #{step.name}"

    def bare = "without a step"

    private

    def hidden(_step) = nil
  end

  # Takes its initialization in the ways that `initialize` can.
  class ByConfig
    def initialize(config:) = @config = config

    def call(_step) = @config
  end

  class ByPosition < ByConfig
    def initialize(config) = super(config:)
  end

  class ByKeywords
    def initialize(strict:, limit: 1) = @given = [strict, limit]

    def call(_step) = @given
  end

  class ByAnyKeyword
    def initialize(**rest) = @rest = rest

    def call(_step) = @rest
  end

  class Greedy
    def initialize(one, two) = @both = [one, two]

    def call(_step) = @both
  end

  class Wide
    def call(_step, _more) = nil
  end

  # Called itself, without an instance.
  module Service
    def self.call(step) = "service #{step.name}"
  end

  def setup
    super
    @registry = TaskerCore::HandlerRegistry.new
  end

  def plan(callable, **handler)
    handler = { "callable" => callable, "method" => nil, "initialization" => {}, "explicit" => false,
                "style" => "call" }.merge(handler.transform_keys(&:to_s))
    TaskerCore::Execution::StepPlan.new({ "name" => "s", "handler" => handler, "dependencies" => [] }, 0, "test/work")
  end

  def call(callable, **handler)
    plan(callable, **handler).handler_in(@registry).call(STEP)
  end

  def here(name)
    "HandlerRegistryTest::#{name}"
  end

  def test_a_block_is_called_whatever_the_method_is
    @registry.register("payments.validate") { |step| "block #{step.name}" }

    assert_equal "block the step", call("payments.validate", method: "process")
    assert_equal "block the step", call("payments.validate", style: "process")
  end

  def test_lambdas_and_methods_may_do_without_the_step
    @registry.register("none", -> { "nothing" })
    @registry.register("one", ->(step) { step.name })
    @registry.register("any", ->(*all) { all.size })
    @registry.register("method", Constant.new.method(:validate))

    assert_equal ["nothing", "the step", 1, "validate the step"], %w[none one any method].map { |name| call(name) }
  end

  def test_what_needs_more_than_the_step_is_refused_when_it_is_registered
    error = assert_raises(TaskerCore::ValidationError) { @registry.register("two", ->(one, two) { [one, two] }) }

    assert_match(/handler two: .*needs 2/, error.message)
  end

  def test_wrong_arguments_are_refused
    assert_raises(TaskerCore::ValidationError) { @registry.register("none") }
    assert_raises(TaskerCore::ValidationError) { @registry.register("both", Constant) { |_| nil } }
    assert_raises(TaskerCore::ValidationError) { @registry.register("") { |_| nil } }
    assert_raises(TypeError) { @registry.register("text", "Constant") }
    assert_raises(TypeError) { @registry.register(5) { |_| nil } }
    assert_match(/an Integer can't be called/, assert_raises(TypeError) { @registry.register("five", 5) }.message)
  end

  def test_a_constant_is_found_by_its_name
    assert_equal "constant the step", call(here("Constant"))
    assert_equal "validate the step", call(here("Constant"), method: "validate")
    assert_equal "without a step", call(here("Constant"), method: "bare")
    assert_equal "service the step", call(here("Service"))
  end

  def test_a_registered_handler_comes_before_the_constant
    @registry.register(here("Constant")) { |_| "registered" }

    assert_equal "registered", call(here("Constant"))
  end

  def test_a_registered_class_is_called_as_the_template_says
    @registry.register("check", Constant)

    assert_equal "validate the step", call("check", method: "validate")
  end

  def test_one_registered_object_serves_every_attempt
    @registry.register("object", Constant.new)

    assert_equal "validate the step", call("object", method: "validate")
  end

  def test_an_explicit_mapping_does_not_look_for_constants
    error = assert_raises(TaskerCore::HandlerNotFound) { call(here("Constant"), explicit: true) }

    assert_match(/explicit_mapping/, error.message)
  end

  def test_the_initialization_goes_where_initialize_takes_it
    config = { "strict" => true, "other" => 1 }

    assert_equal config, call(here("ByConfig"), initialization: config)
    assert_equal config, call(here("ByPosition"), initialization: config)
    assert_equal [true, 1], call(here("ByKeywords"), initialization: config)
    assert_equal({ strict: true, other: 1 }, call(here("ByAnyKeyword"), initialization: config))
  end

  def test_a_class_that_needs_what_it_is_not_given_is_refused_by_name
    assert_match(/needs strict/, refusal { call(here("ByKeywords")) })
    assert_match(/needs 2 arguments/, refusal { call(here("Greedy")) })
    assert_match(/needs 2/, refusal { call(here("Wide")) })
  end

  def test_a_missing_or_private_method_is_refused_by_name
    assert_match(/no public method `process_all`/, refusal { call(here("Constant"), method: "process_all") })
    assert_match(/no public method `hidden`/, refusal { call(here("Constant"), method: "hidden") })
  end

  def test_what_is_not_there_is_refused_with_the_nearest_name
    @registry.register("payments.validate") { |_| nil }

    assert_match(/did you mean "payments.validate"\?/, refusal { call("payments.validte") })
    assert_match(/no such constant/, refusal { call("No::Such::Handler") })
    assert_match(/no such constant/, refusal { call("not a constant; exit") })
  end

  def test_a_handler_that_is_registered_again_is_used_by_the_next_attempt
    plan = plan("again")
    answers = (1..2).map do |number|
      @registry.register("again") { |_| number }
      plan.handler_in(@registry).call(STEP)
    end

    assert_equal [1, 2], answers
  end

  def test_a_constant_that_is_reloaded_is_used_by_the_next_attempt
    plan = plan(here("Reloaded"))
    answers = (1..2).map do |number|
      self.class.send(:remove_const, :Reloaded) if self.class.const_defined?(:Reloaded)
      self.class.const_set(:Reloaded, Class.new { define_method(:call) { |_| number } })
      plan.handler_in(@registry).call(STEP)
    end

    assert_equal [1, 2], answers
  end

  def test_an_error_inside_an_autoloaded_file_is_not_taken_for_a_missing_handler
    Dir.mktmpdir do |folder|
      File.write(path = File.join(folder, "broken_handler.rb"), "class BrokenHandler\n  include NoSuchModule\nend\n")
      Object.autoload(:BrokenHandler, path)

      error = assert_raises(NameError) { call("BrokenHandler") }
      assert_match(/NoSuchModule/, error.message)
      refute @registry.resolvable?({ "callable" => "BrokenHandler" })
    end
  ensure
    Object.send(:remove_const, :BrokenHandler) if Object.autoload?(:BrokenHandler)
  end

  def test_threads_that_register_at_once_lose_nothing
    Array.new(8) { |t| Thread.new { 50.times { |n| @registry.register("h#{t}.#{n}") { |_| n } } } }.each(&:join)

    assert_equal 400, @registry.names.size
    assert_equal "#<TaskerCore::HandlerRegistry 400 handlers>", @registry.inspect
  end

  private

  def refusal(&)
    assert_raises(TaskerCore::HandlerNotFound, &).message
  end
end
