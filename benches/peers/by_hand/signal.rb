# frozen_string_literal: true

module Peers
  module ByHand
    # How threads of one process tell each other that there is something to do, or that something is done.
    class Signal
      # Nobody waits for longer without a look, should another process have changed what is in the store.
      LOOK = 0.05

      def initialize
        @mutex = Mutex.new
        @changed = ConditionVariable.new
        @count = 0
      end

      # @return [Integer] to be given to {#wait}, so that nothing is missed between a look and the wait
      def now = @count

      def give
        @mutex.synchronize do
          @count += 1
          @changed.broadcast
        end
      end

      # @param seen [Integer] waits for what came after that
      def wait(seen)
        @mutex.synchronize { @changed.wait(@mutex, LOOK) if @count == seen }
      end
    end
  end
end
