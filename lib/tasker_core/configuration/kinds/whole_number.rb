# frozen_string_literal: true

module TaskerCore
  class Configuration
    module Kinds
      # A whole number within bounds.
      # @api private
      class WholeNumber
        # @param range [Range<Integer>]
        # @param unit [String, nil]
        def initialize(range, unit = nil)
          @range = range
          @unit = unit
        end

        # @return [Integer, String]
        def parse(text)
          Integer(text, 10, exception: false) || text
        end

        # @return [Boolean]
        def allows?(value)
          value.is_a?(Integer) && @range.cover?(value)
        end

        # @return [String]
        def allowed
          number = @unit ? "a whole number of #{@unit}" : "a whole number"
          "#{number} from #{@range.min} to #{@range.max}"
        end

        # @return [Integer]
        def normalise(value)
          value
        end
      end
    end
  end
end
