# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Watching the steps that this process runs, as they begin and end.
    module Subscriptions
      # Calls the block with each event: a step's handler begins, or what came of it is on disk. A step that finishes
      # is told before the steps after it begin.
      #
      # The block is called on the threads that run the steps, several at once perhaps, and they wait for it: it should
      # be quick. What it raises is logged, and changes nothing. Without subscribers no event is made.
      #
      # @yieldparam event [StepEvent]
      # @return [Proc] the block, for {#unsubscribe}
      # @raise [ValidationError] without a block
      # @example
      #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
      #   watcher = coordinator.subscribe { |event| puts event.inspect }
      #   coordinator.unsubscribe(watcher) # => true
      def subscribe(&block)
        raise ValidationError, "subscribe needs a block, which is called with each event" unless block

        @subscribers_lock.synchronize { @subscribers = [*@subscribers, block].freeze }
        block
      end

      # @param subscriber [Proc] what {#subscribe} answered
      # @return [Boolean] whether it was subscribed
      def unsubscribe(subscriber)
        @subscribers_lock.synchronize do
          left = @subscribers.reject { |other| other.equal?(subscriber) }.freeze
          found = left.size < @subscribers.size
          @subscribers = left
          found
        end
      end

      # @api private
      # @return [Boolean]
      def subscribers?
        !@subscribers.empty?
      end

      # @api private
      # @param event [StepEvent]
      # @return [void]
      def publish(event)
        @subscribers.each do |subscriber|
          subscriber.call(event)
        rescue StandardError => e
          logger.error("tasker_core: a subscriber raised #{e.class} (#{e.message}) for #{event.inspect}")
        end
      end

      private

      def initialize_subscribers
        @subscribers_lock = Mutex.new
        @subscribers = [].freeze
      end
    end
  end
end
