# frozen_string_literal: true

require_relative "../execution/nearest"

module TaskerCore
  class Configuration
    # Lays what was configured one over the other, weakest first, and gathers what is wrong with it.
    # @api private
    class Layers
      # @return [Array<Hash>] what is wrong: key, value, source and message of each
      attr_reader :problems

      def initialize
        @values = Schema::KEYS.transform_values(&:default)
        @problems = []
      end

      # @return [Hash{String => Object}] the value of every key
      # @raise [ConfigurationError] that names everything that is wrong
      def values
        return @values if @problems.empty?

        messages = @problems.map { |problem| problem["message"] }
        raise ConfigurationError.new("configuration: #{messages.join("; ")}", context: { "errors" => @problems })
      end

      # @param settings [Hash{String, Symbol => Object}]
      # @param source [String] where they come from
      # @return [void]
      def add(settings, source)
        twice = settings.keys.map(&:to_s).tally.find { |_, count| count > 1 }
        if twice
          problem(twice.first, nil, source,
                  "#{twice.first} is given twice (from #{source}), as a String and as a Symbol")
        end
        settings.each { |name, value| set(name, value, source) }
      end

      # Finds what is wrong with settings that don't apply now.
      #
      # @param settings [Hash{String, Symbol => Object}]
      # @param source [String] where they come from
      # @return [void]
      def check(settings, source)
        before = @values.dup
        add(settings, source)
        @values = before
      end

      # @param name [String, Symbol]
      # @param value [Object]
      # @param source [String] where it comes from
      # @return [void]
      def set(name, value, source)
        key = Schema::KEYS[name.to_s]
        return unknown(name, source) unless key
        return problem(key.name, value, source, refusal(key, value, source)) unless key.allows?(value)

        @values[key.name] = key.normalise(value)
      end

      # @param name [String]
      # @param value [Object]
      # @param source [String]
      # @param message [String]
      # @return [void]
      def problem(name, value, source, message)
        @problems << { "key" => name, "value" => shown(value), "source" => source, "message" => message }
      end

      private

      def refusal(key, value, source)
        "#{key.name} is #{shown(value)} (from #{source}); allowed is #{key.allowed}"
      end

      def unknown(name, source)
        hint = Execution::Nearest.hint(name.to_s, Schema::KEYS.keys)
        hint = "; the keys are #{Schema::KEYS.keys.join(", ")}" if hint.empty?
        problem(name.to_s, nil, source, "unknown key #{name.inspect} (from #{source})#{hint}")
      end

      # A value as a message may show it: short, and without a password.
      def shown(value)
        text = value.is_a?(String) ? DatabaseUrl.masked(value.scrub).inspect : value.inspect
        text.length > 100 ? "#{text[0, 97]}…" : text
      end
    end
  end
end
