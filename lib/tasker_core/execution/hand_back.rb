# frozen_string_literal: true

module TaskerCore
  module Execution
    # Raised in a handler whose worker has to stop and can't wait for it: its step is given back and runs elsewhere.
    # No StandardError, so that a handler's own `rescue` doesn't take it for a failure of its work.
    # @api private
    class HandBack < Exception # rubocop:disable Lint/InheritException -- see above
      # @param message [String]
      def initialize(message = "the worker stops; the step is given back")
        super
      end
    end
  end
end
