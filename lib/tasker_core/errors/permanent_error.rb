# frozen_string_literal: true

module TaskerCore
  # Raised by a handler: this step can't succeed, however often it is tried.
  #
  # @example
  #   error = TaskerCore::PermanentError.new("the card is stolen", error_code: "CARD_STOLEN")
  #   error.error_code # => "CARD_STOLEN"
  class PermanentError < StandardError
    include Error

    # @return [String, nil] a code of the handler's own
    attr_reader :error_code

    # @param message [String, nil]
    # @param error_code [String, nil] a code of the handler's own
    # @param context [Hash] kept with the failed step
    def initialize(message = nil, error_code: nil, context: {})
      @error_code = error_code
      super(message, context:)
    end

    # @return [String] always "permanent_error"
    def error_type
      "permanent_error"
    end
  end
end
