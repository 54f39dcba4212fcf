# frozen_string_literal: true

require_relative "sqlite"

module Peers
  module ByHand
    # A transaction takes a step, runs its handler, records the result and counts its children down.
    class SQLiteSteps < SQLite
      MORE = {}.freeze

      private

      def work
        until @stopping
          seen = @ready.now
          @ready.wait(seen) unless transaction { step }
        end
      end

      # @return [Boolean] whether there was one
      def step
        task, step, workload = ask("ready", 1).first
        return false unless task

        completed = 0
        finish(task, step, Graph.of(workload), NOOP.call(task, step), READY) { completed += 1 }
        tell_completed(completed)
        true
      end
    end
  end
end
