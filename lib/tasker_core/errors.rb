# frozen_string_literal: true

require "json"

module TaskerCore
  # What every error of this library includes, so that one `rescue TaskerCore::Error` catches them all.
  #
  # The classes themselves descend from Ruby's own (`ArgumentError`, `TypeError`, `RuntimeError`), so that
  # code which knows nothing of this library rescues the right ones too.
  #
  # @example
  #   begin
  #     raise TaskerCore::TaskNotFound.new("Task not found: 7", context: { "task_id" => 7 })
  #   rescue TaskerCore::Error => e
  #     e.error_type # => "task_not_found"
  #   end
  module Error
    # @return [Hash{String => Object}] what the message says, for programs: ids, names, limits
    attr_reader :context

    # @param message [String, nil] what went wrong, which thing it is about, and what to do
    # @param context [Hash] the same for programs
    def initialize(message = nil, context: {})
      @context = context
      super(message)
    end

    # @return [String] the name that {Coordinator#orchestrate_with_errors} gives this kind of error
    def error_type
      Errors.type_of(self.class)
    end
  end

  # No task has this id.
  class TaskNotFound < ArgumentError
    include Error
  end

  # The task has no step of this name.
  class StepNotFound < ArgumentError
    include Error
  end

  # No template of this name (or version) is registered.
  class TemplateNotFound < ArgumentError
    include Error
  end

  # No handler is registered under this name, and there is no constant of this name either.
  class HandlerNotFound < ArgumentError
    include Error
  end

  # A template, a request or a payload is not what it has to be.
  class ValidationError < ArgumentError
    include Error

    # @return [Array<Hash{String => String}>] every problem, as `{ "path" => …, "message" => … }`; never empty
    def errors
      context.fetch("errors") { [{ "path" => "", "message" => message }] }
    end
  end

  # The steps of a template depend on each other in a circle.
  class CycleError < ArgumentError
    include Error
  end

  # A setting has an unknown name or a value that isn't allowed.
  class ConfigurationError < ArgumentError
    include Error
  end

  # The task or step isn't in a state from which this can be done.
  class InvalidTransition < ArgumentError
    include Error
  end

  # An argument is of the wrong class.
  class WrongType < TypeError
    include Error
  end

  # The database failed; the details are in the log.
  class DatabaseError < RuntimeError
    include Error
  end

  # The attempt is void: its time was up, or another worker has the step.
  class StaleLease < RuntimeError
    include Error
  end

  # The engine has more to do than it can take, or gave no answer in time.
  class Busy < RuntimeError
    include Error
  end

  # The coordinator was closed before this call.
  class CoordinatorClosed < RuntimeError
    include Error
  end

  # A fault of the library itself; the details are in the log.
  class InternalError < RuntimeError
    include Error
  end

  # A file of the gem's own failed to load or the extension isn't built.
  class ExtensionMissing < LoadError
    include Error
  end
end

require_relative "errors/mapping"
require_relative "errors/retryable_error"
require_relative "errors/permanent_error"
