# frozen_string_literal: true

module TaskerCore
  module Execution
    # Payloads as handlers see them: deep-frozen, so that one parsed copy serves all steps of a task.
    # @api private
    module Frozen
      # @param text [String, nil] JSON text
      # @return [Object, nil] the value, frozen to the last leaf
      def self.parse(text)
        text && Payload.load(text, freeze: true)
      end

      # @param value [Object] a parsed JSON value
      # @return [Object] the same, frozen to the last leaf
      def self.deep(value)
        case value
        when Hash then value.each_value { |item| deep(item) } unless value.frozen?
        when Array then value.each { |item| deep(item) } unless value.frozen?
        end
        value.freeze
      end
    end
  end
end
