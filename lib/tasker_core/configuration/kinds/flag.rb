# frozen_string_literal: true

module TaskerCore
  class Configuration
    module Kinds
      # Yes or no.
      # @api private
      class Flag
        # How people write it in a variable; YAML knows most of these by itself.
        WORDS = { "true" => true, "yes" => true, "on" => true, "1" => true,
                  "false" => false, "no" => false, "off" => false, "0" => false }.freeze
        private_constant :WORDS

        # @return [Boolean, String]
        def parse(text)
          WORDS.fetch(text.downcase, text)
        end

        # @return [Boolean]
        def allows?(value)
          [true, false].include?(value)
        end

        # @return [String]
        def allowed
          "true or false"
        end

        # @return [Boolean]
        def normalise(value)
          value
        end
      end
    end
  end
end
