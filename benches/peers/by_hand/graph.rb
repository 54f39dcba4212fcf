# frozen_string_literal: true

require_relative "../support/workloads"

module Peers
  module ByHand
    # A workload as the programs written by hand know it: in memory, by the number of a workload and of a step.
    class Graph
      ALL = WORKLOADS.values.freeze

      def self.number(workload) = WORKLOADS.keys.index(workload)

      # @return [Graph]
      def self.of(number) = (@graphs ||= ALL.map { |parents| new(parents) }).fetch(number)

      # @return [Array<Array<Integer>>] for each step those that wait for it
      attr_reader :children

      # @return [Array<Integer>] for each step how many it waits for
      attr_reader :waiting

      # @return [Integer] how many steps nothing waits for
      attr_reader :ends

      def initialize(parents)
        @waiting = parents.map(&:size)
        @children = parents.each_index.map do |step|
          parents.each_index.select { |child| parents[child].include?(step) }
        end
        @ends = @children.count(&:empty?)
      end

      def end?(step) = @children[step].empty?
    end

    # The handler of every step.
    NOOP = ->(_task, _step) {}

    # Where a step is on its way. They are written out in SQL, so that partial indexes match.
    WAITING = 0
    READY = 1
    RUNNING = 2
    DONE = 3
  end
end
