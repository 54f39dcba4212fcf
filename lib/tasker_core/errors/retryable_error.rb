# frozen_string_literal: true

module TaskerCore
  # Raised by a handler: this attempt failed, another one may succeed.
  #
  # Any other `StandardError` is retried too; this one can also say when, and why.
  #
  # @example
  #   error = TaskerCore::RetryableError.new("the bank is down", retry_after: 30)
  #   error.retry_after # => 30
  class RetryableError < StandardError
    include Error

    # @return [Numeric, nil] seconds to wait before the next attempt; nil leaves it to the step's backoff
    attr_reader :retry_after

    # @return [String, nil] a code of the handler's own
    attr_reader :error_code

    # @param message [String, nil]
    # @param retry_after [Numeric, nil] seconds before the next attempt, whatever the step's backoff says
    # @param error_code [String, nil] a code of the handler's own
    # @param context [Hash] kept with the failed attempt
    # @raise [WrongType] where retry_after isn't a number
    # @raise [ValidationError] where retry_after is negative or not finite
    def initialize(message = nil, retry_after: nil, error_code: nil, context: {})
      @retry_after = check_wait(retry_after)
      @error_code = error_code
      super(message, context:)
    end

    # @return [String] always "retryable_error"
    def error_type
      "retryable_error"
    end

    private

    def check_wait(seconds)
      return if seconds.nil?
      unless seconds.is_a?(Numeric) && seconds.real?
        raise WrongType, "retry_after must be a number of seconds or nil, got #{seconds.class}"
      end
      return seconds if seconds.finite? && !seconds.negative?

      raise ValidationError, "retry_after must be a number of seconds from 0 up, got #{seconds}"
    end
  end
end
