# frozen_string_literal: true

module TaskerCore
  # The one place that knows which kind of failure is which class.
  # @api private
  module Errors
    # What the engine calls a failure, and the class it becomes.
    CLASSES = {
      "task_not_found" => TaskNotFound,
      "step_not_found" => StepNotFound,
      "template_not_found" => TemplateNotFound,
      "handler_not_found" => HandlerNotFound,
      "validation_error" => ValidationError,
      "cycle_error" => CycleError,
      "configuration_error" => ConfigurationError,
      "invalid_transition" => InvalidTransition,
      "type_error" => WrongType,
      "database_error" => DatabaseError,
      "stale_lease" => StaleLease,
      "busy" => Busy,
      "coordinator_closed" => CoordinatorClosed,
      "internal_error" => InternalError
    }.freeze

    TYPES = CLASSES.invert.freeze
    private_constant :TYPES

    # @param kind [String] what the engine calls the failure
    # @param message [String]
    # @param context_json [String, nil] a JSON object
    # @return [Error] ready to be raised; a kind that this version doesn't know is an {InternalError}
    def self.build(kind, message, context_json = nil)
      CLASSES.fetch(kind, InternalError).new(message, context: context_of(context_json))
    end

    # @param error_class [Class]
    # @return [String] the kind of an error class, its nearest known ancestor's for a subclass
    def self.type_of(error_class)
      error_class.ancestors.each { |ancestor| return TYPES[ancestor] if TYPES.key?(ancestor) }
      "internal_error"
    end

    def self.context_of(json)
      return {} if json.nil? || json.empty?

      context = JSON.parse(json, max_nesting: false)
      context.is_a?(Hash) ? context : { "value" => context }
    rescue JSON::ParserError
      { "raw" => json }
    end
    private_class_method :context_of

    # Raises one {ValidationError} for all problems of a thing.
    #
    # @param what [String] how the message begins
    # @param problems [Array<Array(String, String)>] path and message of each
    # @raise [ValidationError]
    def self.invalid!(what, problems)
      lines = problems.map { |path, message| path.empty? ? message : "#{path}: #{message}" }
      errors = problems.map { |path, message| { "path" => path, "message" => message } }
      raise ValidationError.new("#{what}: #{lines.join("; ")}", context: { "errors" => errors })
    end
  end
end
