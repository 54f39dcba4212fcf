# frozen_string_literal: true

require_relative "sqlite"

module Peers
  module ByHand
    # A hundred steps a transaction: what has been run is recorded, its children are counted down, and the next ones are
    # taken, children first.
    class SQLiteBatches < SQLite
      # With 20 it takes half as much CPU time again; 200 and 500 are no quicker.
      BATCH = 100
      MORE = { "take" => "update steps set state = 2 where task_id = ? and step = ? and state = 1" }.freeze

      private

      def work
        taken = []
        until @stopping && taken.empty?
          seen = @ready.now
          taken = turn(taken.map { |task, step, workload| [task, step, workload, NOOP.call(task, step)] })
          @ready.wait(seen) if taken.empty? && !@stopping
        end
      end

      def turn(finished)
        completed = 0
        taken = transaction do
          children = record(finished) { completed += 1 }
          room = @stopping ? 0 : BATCH - children.size
          room.positive? ? children + claim(room) : children
        end
        tell_completed(completed)
        taken
      end

      # @return [Array<Array(Integer, Integer, Integer)>] the children that are taken
      def record(finished, &)
        finished.each_with_object([]) do |(task, step, workload, result), taken|
          state = taken.size < BATCH ? RUNNING : READY
          ready = finish(task, step, Graph.of(workload), result, state, &)
          taken.concat(ready.map { |child| [*child, workload] }) if state == RUNNING
        end
      end

      def claim(room)
        ask("ready", room).each { |task, step, _| ask("take", task, step) }
      end
    end
  end
end
