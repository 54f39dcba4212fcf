# frozen_string_literal: true

module TaskerCore
  class Configuration
    # One setting: its name, its default, what it may be, and the variables it is read from.
    # @api private
    class Key
      # @return [String]
      attr_reader :name

      # @return [Object] what it is where nobody says anything
      attr_reader :default

      # @return [Array<String>] the environment variables, the one that wins first
      attr_reader :variables

      # @param name [String]
      # @param default [Object]
      # @param kind [#parse, #problem, #allowed] what values it takes
      # @param variables [Array<String>] further names of its variable
      def initialize(name, default, kind, variables: [])
        @name = name.freeze
        @default = default
        @kind = kind
        @variables = ["TASKER_#{name.upcase}", *variables].freeze
        freeze
      end

      # @param text [String] from an environment variable
      # @return [Object] the value, or the text itself where it can't be read
      def parse(text)
        @kind.parse(text)
      end

      # @param value [Object]
      # @return [Boolean]
      def allows?(value)
        @kind.allows?(value)
      end

      # @return [String] what is allowed, for a message
      def allowed
        @kind.allowed
      end

      # @param value [Object] one that is allowed
      # @return [Object] in its one form: frozen, with String keys
      def normalise(value)
        @kind.normalise(value)
      end
    end
  end
end
