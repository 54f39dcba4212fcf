# frozen_string_literal: true

module TaskerCore
  class Configuration
    module Kinds
      # One of a few words.
      # @api private
      class Word
        # @param words [Array<String>]
        # @param optional [Boolean] whether nil is allowed too
        def initialize(words, optional: false)
          @words = words
          @optional = optional
        end

        # @return [String]
        def parse(text)
          text
        end

        # @return [Boolean]
        def allows?(value)
          return @optional if value.nil?

          @words.include?(word(value))
        end

        # @return [String]
        def allowed
          "one of #{@words.join(", ")}"
        end

        # @return [String, nil]
        def normalise(value)
          value.nil? ? nil : -word(value)
        end

        private

        # YAML reads an unquoted `off` as false.
        def word(value)
          case value
          when false then "off"
          when String, Symbol then value.to_s
          end
        end
      end
    end
  end
end
