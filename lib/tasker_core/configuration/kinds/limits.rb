# frozen_string_literal: true

module TaskerCore
  class Configuration
    module Kinds
      # How many attempts, by name.
      # @api private
      class Limits
        MAX = 1_000_000
        private_constant :MAX

        # @return [Hash, String]
        def parse(text)
          pairs = text.split(",").map { |pair| pair.split("=", 2).map(&:strip) }
          return text unless pairs.all? { |pair| pair.size == 2 }

          pairs.to_h.transform_values { |limit| Integer(limit, 10, exception: false) || limit }
        end

        # @return [Boolean]
        def allows?(value)
          value.is_a?(Hash) && value.all? { |name, limit| name?(name) && limit?(limit) }
        end

        # @return [String]
        def allowed
          "a map of names (of a step, a template, namespace/template, or a namespace) to whole numbers from 1 to " \
            "#{MAX}; in a variable: charge=3,fulfillment=5"
        end

        # @return [Hash{String => Integer}]
        def normalise(value)
          value.transform_keys { |name| -name.to_s }.freeze
        end

        private

        def name?(name)
          (name.is_a?(String) || name.is_a?(Symbol)) && !name.empty?
        end

        def limit?(limit)
          limit.is_a?(Integer) && limit.between?(1, MAX)
        end
      end
    end
  end
end
