# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # A request for a task, from what a program wrote to what the engine reads.
    # @api private
    class TaskRequest
      # Keys that say the same, and the one that the engine knows.
      SYNONYMS = { "task_name" => "name", "payload" => "context" }.freeze
      KEYS = %w[
        name namespace version context priority idempotency_key run_at initiator source_system reason tags
        correlation_id bypass_steps
      ].freeze
      PRIORITIES = (-(1 << 31)...(1 << 31))
      # Milliseconds, some 140,000 years either way: the engine adds its waits to them and must have room.
      TIMES = (-(1 << 52)..(1 << 52))
      private_constant :SYNONYMS, :KEYS, :PRIORITIES, :TIMES

      # @return [Hash{String => Object}] what was asked for, without the context
      attr_reader :fields

      # @param request [Hash{String, Symbol => Object}]
      # @param config [Configuration]
      # @raise [WrongType]
      # @raise [ValidationError] that names the key and the nearest right one
      def initialize(request, config)
        unless request.respond_to?(:to_hash)
          raise WrongType, "a request must be a Hash, got #{Arguments.shown(request)}"
        end

        given = canonical(request.to_hash)
        @context = context_json(given.delete("context"), config.max_payload_bytes)
        @fields = given.filter_map { |key, value| [key, check(key, value)] unless value.nil? }.to_h
        @fields["namespace"] ||= "default"
        missing_name unless @fields["name"]
      end

      # The context goes in as the text it is, so that it is generated once and read by nobody on its way.
      #
      # @return [String]
      def json
        "#{JSON.generate(@fields).chop},\"context\":#{@context}}"
      end

      private

      def canonical(request)
        request.each_with_object({}) do |(key, value), given|
          name = SYNONYMS.fetch(key.to_s, key.to_s)
          unknown(key) unless KEYS.include?(name)
          twice(key, name) if given.key?(name) && given[name] != value
          given[name] = value
        end
      end

      def context_json(context, limit)
        context = {} if context.nil?
        return Payload.dump(context, root: "payload", limit:) if context.is_a?(Hash)

        raise WrongType, "payload must be a Hash, got #{Arguments.shown(context)}"
      end

      def check(key, value)
        case key
        when "name", "namespace" then Arguments.name(value, key)
        when "version" then Arguments.name(value.is_a?(Numeric) ? value.to_s : value, key)
        when "priority" then Arguments.optional_integer(value, key, PRIORITIES)
        when "run_at" then time(value)
        when "tags", "bypass_steps" then names(value, key)
        when "idempotency_key" then idempotency_key(value)
        else Arguments.optional_text(value, key)
        end
      end

      def names(list, key)
        raise WrongType, "#{key} must be an Array of Strings, got #{Arguments.shown(list)}" unless list.is_a?(Array)

        list.each_with_index.map { |item, index| Arguments.name(item, "#{key}[#{index}]") }
      end

      # All requests with an empty key would be one: that is a variable that nobody filled.
      def idempotency_key(value)
        return Arguments.optional_text(value, "idempotency_key") unless value == ""

        Errors.invalid!("the request isn't valid", [["idempotency_key", "it is empty; leave it out, or give a text"]])
      end

      def time(value)
        within_reach(Times.to_ms(value), value)
      rescue ::TypeError
        raise WrongType, "run_at must be a Time, a number of seconds since the epoch or an ISO 8601 String, " \
                         "got #{Arguments.shown(value)}"
      rescue ::ArgumentError
        Errors.invalid!("the request isn't valid",
                        [["run_at", "#{Payload::Reasons.brief(value)} isn't a time that can be kept; give a Time, " \
                                    "or ISO 8601 such as 2030-01-31T08:00:00Z"]])
      end

      def within_reach(milliseconds, value)
        return milliseconds if TIMES.cover?(milliseconds)

        raise ::ArgumentError, "#{value} is too far away"
      end

      def unknown(key)
        known = KEYS + SYNONYMS.keys
        hint = Execution::Nearest.hint(key.to_s, known)
        hint = "; the keys are #{known.join(", ")}" if hint.empty?
        Errors.invalid!("the request isn't valid", [[Payload::Reasons.brief(key), "unknown key#{hint}"]])
      end

      def twice(key, name)
        Errors.invalid!("the request isn't valid", [[name, "it is given twice (#{key.inspect} says something else)"]])
      end

      def missing_name
        Errors.invalid!("the request isn't valid",
                        [["name", "it is missing; name a template, such as \"process_order\", and its namespace"]])
      end
    end
  end
end
