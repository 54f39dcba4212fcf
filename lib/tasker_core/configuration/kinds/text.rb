# frozen_string_literal: true

module TaskerCore
  class Configuration
    module Kinds
      # A line of text.
      # @api private
      class Text
        # @param allowed [String] what is allowed, in words
        # @param pattern [Regexp]
        # @param optional [Boolean] whether nil is allowed too
        def initialize(allowed, pattern, optional: false)
          @allowed = allowed
          @pattern = pattern
          @optional = optional
        end

        # @return [String]
        attr_reader :allowed

        # @return [String]
        def parse(text)
          text
        end

        # @return [Boolean]
        def allows?(value)
          return @optional if value.nil?

          value.is_a?(String) && value.encode("UTF-8").valid_encoding? && value.match?(@pattern)
        rescue EncodingError
          false
        end

        # @return [String, nil]
        def normalise(value)
          value && -value.encode("UTF-8")
        end
      end
    end
  end
end
