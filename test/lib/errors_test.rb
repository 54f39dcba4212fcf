# frozen_string_literal: true

require_relative "../test_helper"

class ErrorsTest < Minitest::Test
  Errors = TaskerCore::Errors

  ANCESTORS = {
    ArgumentError => %w[TaskNotFound StepNotFound TemplateNotFound HandlerNotFound ValidationError CycleError
                        ConfigurationError InvalidTransition],
    TypeError => %w[WrongType],
    RuntimeError => %w[DatabaseError StaleLease Busy CoordinatorClosed InternalError],
    StandardError => %w[RetryableError PermanentError]
  }.freeze

  def test_every_error_has_the_ruby_ancestor_that_the_design_names
    ANCESTORS.each do |ancestor, names|
      names.each do |name|
        error = TaskerCore.const_get(name).new("text")

        assert_kind_of ancestor, error
        assert_kind_of TaskerCore::Error, error
        assert_equal "text", error.message
        assert_equal({}, error.context)
      end
    end
  end

  def test_each_kind_of_failure_becomes_its_class
    Errors::CLASSES.each do |kind, error_class|
      error = Errors.build(kind, "text", '{"task_id":7}')

      assert_instance_of error_class, error
      assert_equal({ "task_id" => 7 }, error.context)
      assert_equal kind, error.error_type
    end
  end

  def test_a_kind_that_is_not_known_is_an_internal_error
    assert_instance_of TaskerCore::InternalError, Errors.build("something new", "text", nil)
  end

  def test_a_context_that_is_no_object_is_kept
    assert_equal({ "value" => [1] }, Errors.build("busy", "text", "[1]").context)
    assert_equal({ "raw" => "{" }, Errors.build("busy", "text", "{").context)
    assert_equal({}, Errors.build("busy", "text", "").context)
  end

  def test_a_validation_error_has_its_problems
    error = Errors.build("validation_error", "text", '{"errors":[{"path":"a","message":"is missing"}]}')

    assert_equal [{ "path" => "a", "message" => "is missing" }], error.errors
    assert_equal [{ "path" => "", "message" => "text" }], TaskerCore::ValidationError.new("text").errors
  end

  def test_a_subclass_has_its_ancestors_type
    assert_equal "busy", Class.new(TaskerCore::Busy).new.error_type
  end

  def test_a_retryable_error_keeps_what_it_is_given
    error = TaskerCore::RetryableError.new("later", retry_after: 1.5, error_code: "DOWN", context: { "bank" => 1 })

    assert_equal ["later", 1.5, "DOWN", { "bank" => 1 }],
                 [error.message, error.retry_after, error.error_code, error.context]
    assert_nil TaskerCore::RetryableError.new.retry_after
  end

  def test_a_wait_that_is_no_number_of_seconds_is_refused
    assert_raises(TypeError) { TaskerCore::RetryableError.new("x", retry_after: "30") }
    assert_raises(TaskerCore::ValidationError) { TaskerCore::RetryableError.new("x", retry_after: -1) }
    assert_raises(TaskerCore::ValidationError) { TaskerCore::RetryableError.new("x", retry_after: Float::NAN) }
  end

  def test_a_permanent_error_keeps_what_it_is_given
    error = TaskerCore::PermanentError.new("never", error_code: "STOLEN", context: { "card" => 1 })

    assert_equal ["never", "STOLEN", { "card" => 1 }], [error.message, error.error_code, error.context]
  end

  def test_errors_can_be_raised_the_short_way
    error = assert_raises(TaskerCore::PermanentError) { raise TaskerCore::PermanentError, "never" }

    assert_equal "never", error.message
    assert_equal "TaskerCore::Busy", assert_raises(TaskerCore::Busy) { raise TaskerCore::Busy }.message
  end
end
