# frozen_string_literal: true

module TaskerCore
  module Payload
    # The slow, exact look at a value that isn't plain: it either copies it into plain classes (a Hash with
    # indifferent access becomes a Hash), or says where the trouble is and why.
    # @api private
    class Inspection
      # How many problems one message names at most.
      MAX_PROBLEMS = 20
      # How much of a path a message shows.
      LONGEST_PATH = 200
      private_constant :MAX_PROBLEMS, :LONGEST_PATH

      # @param value [Object]
      # @param root [String]
      # @return [Object] the same in nil, true, false, Integer, Float, String, Array and Hash
      # @raise [ValidationError] that names every problem with its path
      def self.plain_copy(value, root)
        inspection = new
        copy = inspection.copy(value, root)
        return copy if inspection.problems.empty?

        Errors.invalid!("#{root} can't be stored", inspection.problems)
      end

      # @return [Array<Array(String, String)>] path and message of each problem so far
      attr_reader :problems

      def initialize
        @problems = []
        @open = {}.compare_by_identity
      end

      # @param value [Object]
      # @param path [String]
      # @return [Object] a plain copy; nil in place of what can't be stored
      def copy(value, path)
        return if @problems.size >= MAX_PROBLEMS

        case value
        when nil, true, false, Integer then value
        when Float then float(value, path)
        when String then string(value, path)
        when Array then nested(value, path) { array(value, path) }
        when Hash then nested(value, path) { hash(value, path) }
        else problem(path, Reasons.for(value))
        end
      end

      private

      def nested(container, path)
        return problem(path, "it contains itself") if @open.key?(container)
        return problem(path, "nested deeper than #{MAX_DEPTH} levels") if @open.size >= MAX_DEPTH

        @open[container] = true
        begin
          yield
        ensure
          @open.delete(container)
        end
      end

      def float(value, path)
        value.finite? ? value : problem(path, "#{value} can't be stored; use nil or a String")
      end

      def string(value, path)
        reason = Reasons.for_string(value)
        reason ? problem(path, reason) : String.new(value, encoding: Encoding::UTF_8)
      end

      def array(items, path)
        items.to_a.each_with_index.map { |item, index| copy(item, "#{path}[#{index}]") }
      end

      def hash(pairs, path)
        pairs.each_with_object({}) do |(key, value), copied|
          name = key(key, path) or next
          place = path_to(path, name)
          problem(place, "the key is there twice, as a Symbol and as a String; keep one") if copied.key?(name)
          copied[name] = copy(value, place)
        end
      end

      # The key as a String, or nil where there is something wrong with it.
      def key(key, path)
        unless key.is_a?(String) || key.is_a?(Symbol)
          return problem(path, "the key #{Reasons.brief(key)} is of class #{key.class}; keys are Strings or Symbols")
        end

        reason = Reasons.for_string(key.to_s)
        reason ? problem(path, "the key #{Reasons.brief(key)}: #{reason}") : String.new(key.to_s, encoding: "UTF-8")
      end

      def path_to(path, name)
        name.match?(/\A[A-Za-z_][\w-]*\z/) ? "#{path}.#{name}" : "#{path}[#{name.inspect}]"
      end

      def problem(path, message)
        @problems << [path.length > LONGEST_PATH ? "#{path[0, LONGEST_PATH]}…" : path, message]
        nil
      end
    end
  end
end

require_relative "reasons"
