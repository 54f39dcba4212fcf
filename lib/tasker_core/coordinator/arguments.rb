# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Checks of arguments, for the sake of the message. The engine checks again.
    # @api private
    module Arguments
      # Not 0: where steps are taken, that means any task.
      IDS = 1...(1 << 63)
      private_constant :IDS

      module_function

      # @param value [Integer, #task_id]
      # @return [Integer]
      # @raise [WrongType]
      # @raise [TaskNotFound] where no task can have this id
      def task_id(value)
        id = value.respond_to?(:task_id) ? value.task_id : value
        unless id.is_a?(Integer)
          raise WrongType, "task_id must be an Integer, or what initialize_task answered, got #{shown(value)}"
        end
        return id if IDS.cover?(id)

        raise TaskNotFound.new("Task not found: #{id}; give the task_id that initialize_task returned",
                               context: { "task_id" => id })
      end

      # @param value [String, Symbol]
      # @param argument [String] its name
      # @return [String]
      # @raise [WrongType]
      # @raise [ValidationError] where it isn't UTF-8
      def name(value, argument)
        return text(value.name, argument) if value.is_a?(Symbol)
        return text(value, argument) if value.is_a?(String)

        raise WrongType, "#{argument} must be a String or a Symbol, got #{shown(value)}"
      end

      # @param list [Array<String, Symbol>, nil]
      # @param argument [String] its name
      # @return [Array<String>, nil] each once, frozen
      # @raise [WrongType]
      # @raise [ValidationError] where the list is empty, or a name in it is, or isn't UTF-8
      def optional_names(list, argument)
        return if list.nil?
        unless list.is_a?(Array)
          raise WrongType, "#{argument} must be an Array of Strings or Symbols, or nil for all, got #{shown(list)}"
        end

        empty(argument, "name at least one, or give nil for all") if list.empty?
        list.each_with_index.map { |item, index| filled_name(item, "#{argument}[#{index}]") }.uniq.freeze
      end

      # @param value [String, nil]
      # @param argument [String] its name
      # @return [String, nil]
      # @raise [WrongType]
      # @raise [ValidationError] where it isn't UTF-8
      def optional_text(value, argument)
        return if value.nil?
        return text(value, argument) if value.is_a?(String)

        raise WrongType, "#{argument} must be a String or nil, got #{shown(value)}"
      end

      # @param value [Integer, nil]
      # @param argument [String] its name
      # @param range [Range<Integer>]
      # @return [Integer, nil]
      # @raise [WrongType]
      # @raise [ValidationError] where it is out of range
      def optional_integer(value, argument, range)
        return if value.nil?
        raise WrongType, "#{argument} must be an Integer, got #{shown(value)}" unless value.is_a?(Integer)
        return value if range.cover?(value)

        Errors.invalid!("#{argument} is out of range", [[argument, "#{value} isn't from #{range.min} to #{range.max}"]])
      end

      # @param seconds [Numeric]
      # @param argument [String] its name
      # @return [Integer] milliseconds
      # @raise [WrongType]
      # @raise [ValidationError]
      def milliseconds(seconds, argument)
        unless seconds.is_a?(Numeric) && seconds.real?
          raise WrongType, "#{argument} must be a number of seconds, got #{shown(seconds)}"
        end
        return (seconds * 1000).ceil if seconds.finite? && seconds >= 0

        Errors.invalid!("#{argument} is out of range", [[argument, "#{seconds} isn't a number of seconds from 0 up"]])
      end

      # @param value [Object]
      # @return [String] class and, where it is short, content, for a message
      def shown(value)
        case value
        when nil then "nil"
        when String, Symbol, Numeric then "#{value.class} #{Payload::Reasons.brief(value)}"
        else value.class.to_s
        end
      end

      def filled_name(value, argument)
        name(value, argument).freeze.tap { |filled| empty(argument, "give a name, or leave it out") if filled.empty? }
      end
      private_class_method :filled_name

      def empty(argument, advice)
        Errors.invalid!("#{argument} can't be used", [[argument, "it is empty; #{advice}"]])
      end
      private_class_method :empty

      def text(value, argument)
        reason = Payload::Reasons.for_string(value)
        Errors.invalid!("#{argument} can't be used", [[argument, reason]]) if reason
        String.new(value, encoding: Encoding::UTF_8)
      end
      private_class_method :text
    end
  end
end
