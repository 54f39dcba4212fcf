# frozen_string_literal: true

require "time"

module TaskerCore
  # Between the engine's times (milliseconds since the epoch) and Ruby's: the one place that converts.
  # @api private
  module Times
    TASK = %w[created_at started_at completed_at run_at next_run_at deadline_at].freeze
    STEP = %w[ready_at started_at completed_at deadline_at].freeze
    private_constant :TASK, :STEP

    module_function

    # @param milliseconds [Integer, nil]
    # @return [Time, nil] in UTC
    def at(milliseconds)
      milliseconds && Time.at(milliseconds / 1000, milliseconds % 1000, :millisecond).utc
    end

    # Does for an answer that Ruby had to read what the engine's reader does for all others
    # (`ext/tasker_core/src/times.rs` has the same names).
    #
    # @param kind [String] of the call
    # @param answer [Hash] parsed
    # @return [Hash] the same, with {Time}s where it describes tasks
    def in_answer(kind, answer)
      case kind
      when "context" then in_task(answer)
      when "list" then answer["tasks"].each { |task| in_task(task) }
      end
      answer
    end

    # Turns the times of a task into {Time}s, in place. What users put into payloads is left alone.
    #
    # @param task [Hash] a task, as the engine describes it, with or without its steps and history
    # @return [Hash] the same
    def in_task(task)
      convert(task, TASK)
      task["steps"]&.each { |step| convert(step, STEP) }
      task["history"]&.each { |event| event["at"] = at(event["at"]) }
      task
    end

    # @param time [Time, Numeric, String, nil] seconds since the epoch where it is a number, ISO 8601 where it is text
    # @return [Integer, nil] milliseconds since the epoch
    # @raise [ArgumentError] where the text isn't a time
    # @raise [TypeError] where it is anything else
    def to_ms(time)
      case time
      when nil then nil
      when Time then (time.to_r * 1000).floor
      when Integer, Rational then (time * 1000).floor
      when Float then float_to_ms(time)
      when String then to_ms(Time.iso8601(time))
      else other_to_ms(time)
      end
    end

    def convert(hash, keys)
      keys.each do |key|
        value = hash[key]
        hash[key] = at(value) if value
      end
    end

    def float_to_ms(seconds)
      raise ArgumentError, "#{seconds} isn't a time" unless seconds.finite?

      (seconds * 1000).floor
    end

    # A DateTime or a framework's time knows how to become a Time; a Date doesn't say at what time of the day.
    def other_to_ms(time)
      return to_ms(time.to_time) if time.respond_to?(:to_time) && time.respond_to?(:hour)

      raise TypeError, "a #{time.class} isn't a time"
    end
    private_class_method :convert, :float_to_ms, :other_to_ms
  end
end
