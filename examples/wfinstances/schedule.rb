# frozen_string_literal: true

module WfInstances
  # What the graph of a trace allows: how long it takes at least, however many tasks run at once, and how long one after
  # another.
  class Schedule
    # @param trace [Trace] without a cycle
    def initialize(trace)
      @trace = trace
    end

    # @return [Array<String>] ids, each after all that it waits for
    def order
      @order ||= topological
    end

    # @return [Float] seconds of the longest way through the graph
    def critical_path
      finish = {}
      order.each do |id|
        finish[id] = @trace.seconds[id] + (@trace.parents[id].map { |parent| finish[parent] }.max || 0.0)
      end
      finish.values.max
    end

    # @return [Float] seconds
    def serial
      @trace.seconds.values.sum
    end

    # @return [Integer] how many tasks are on the way with the most tasks
    def levels
      level = {}
      order.each { |id| level[id] = 1 + (@trace.parents[id].map { |parent| level[parent] }.max || 0) }
      level.values.max
    end

    private

    def topological
      children = Hash.new { |hash, id| hash[id] = [] }
      @trace.parents.each { |id, parents| parents.each { |parent| children[parent] << id } }
      waiting = @trace.parents.transform_values(&:size)
      order = waiting.select { |_, count| count.zero? }.keys
      # Grows while it is walked.
      order.each { |id| children[id].each { |child| order << child if (waiting[child] -= 1).zero? } }
    end
  end
end
