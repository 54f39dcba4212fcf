# frozen_string_literal: true

require "did_you_mean"

module TaskerCore
  class Configuration
    # Reads settings from environment variables. An empty variable is one that isn't set.
    # @api private
    class Variables
      # @param env [#to_h] the environment variables
      def initialize(env)
        @env = env.to_h.reject { |_, text| text.nil? || text.empty? }
      end

      # @return [String, nil] the environment's name where a variable gives it
      def environment
        name = Schema::KEYS["environment"].variables.find { |variable| @env.key?(variable) }
        name && @env[name]
      end

      # @param layers [Layers]
      # @return [void]
      def read_into(layers)
        Schema::KEYS.each_value do |key|
          name = key.variables.find { |variable| @env.key?(variable) } or next
          layers.set(key.name, key.parse(@env[name]), name)
        end
        @env.each_key { |name| look_for_typo(name, layers) if name.start_with?("TASKER_") }
      end

      private

      # Other programs may have variables that begin like ours, so only what is almost one of ours is refused.
      def look_for_typo(name, layers)
        return if Schema::VARIABLES.key?(name) || Schema::OTHER_VARIABLES.include?(name)

        known = Schema::VARIABLES.keys.grep(/\ATASKER_/).map { |variable| variable.delete_prefix("TASKER_") }
        nearest = DidYouMean::SpellChecker.new(dictionary: known).correct(name.delete_prefix("TASKER_")).first or return
        layers.problem(name, nil, name, "unknown variable #{name}; did you mean TASKER_#{nearest}?")
      end
    end
  end
end
