# frozen_string_literal: true

module TaskerCore
  module CLI
    # The steps of a template by level: a step's level is one more than its parents' deepest. Without recursion, since a
    # chain may have thousands of steps.
    # @api private
    class Levels
      # @param parents [Hash{String=>Array<String>}] the parents of each step, without a cycle
      # @return [Array<Array<String>>] names by level
      def self.of(parents)
        new(parents).to_a
      end

      # @param parents [Hash{String=>Array<String>}]
      def initialize(parents)
        @parents = parents
        @level = parents.transform_values { 0 }
        @waiting = parents.transform_values(&:size)
        @children = parents.each_with_object(Hash.new { |hash, name| hash[name] = [] }) do |(name, all), children|
          all.each { |parent| children[parent] << name }
        end
      end

      # @return [Array<Array<String>>]
      def to_a
        ready = @waiting.select { |_, count| count.zero? }.keys
        # Grows while it is walked.
        ready.each { |name| @children[name].each { |child| ready << child if settled?(child, after: name) } }
        @parents.keys.group_by { |name| @level[name] }.sort.map(&:last)
      end

      private

      def settled?(name, after:)
        @level[name] = [@level[name], @level[after] + 1].max
        (@waiting[name] -= 1).zero?
      end
    end
  end
end
