# frozen_string_literal: true

require "socket"

module TaskerCore
  class Worker
    # A worker as what its process is for: it runs until a signal, and says when it starts and how it stops.
    # @api private
    class Service
      # @param worker [Worker]
      # @param coordinator [Coordinator]
      # @param timeout [Numeric] how many seconds running steps have when it is to stop
      def initialize(worker, coordinator, timeout)
        @worker = worker
        @coordinator = coordinator
        @timeout = timeout
        @name = "#{coordinator.config.worker_name || Socket.gethostname}:#{Process.pid}"
      end

      # @return [Boolean] whether all steps ended in time
      # @raise [Error] what ended the worker, where it wasn't a signal and nobody stopped it
      def run
        Signals.caught do |events|
          @worker.start
          say("starts: #{description}")
          tell_of_the_end(events)
          signal = events.pop
          in_time = signal.is_a?(String) ? stop(signal, events) : stopped
          say("has stopped: #{in_time ? "all its steps have ended" : "not all steps ended in time"}")
          in_time
        end
      end

      private

      # Neither a handler that ignores its end nor a second signal is waited for in vain.
      def stop(signal, events)
        # Before it is said: whoever reads it relies on it.
        @worker.take_no_more
        say("stops, by #{signal}: it takes no more steps, and those that run (#{@worker.busy} now) have " \
            "#{@timeout} s; a second signal doesn't wait")
        stopping = stop_aside(events)
        # That the worker has ended is no news: it is on its way.
        event = events.pop
        event = events.pop while event == :ended
        return stopping.value if event == :stopped

        say("stops at once, by #{event}")
        @worker.stop(timeout: 0)
      end

      def stop_aside(events)
        Thread.new do
          @worker.stop(timeout: @timeout)
        ensure
          events.push(:stopped)
        end
      end

      # Somebody else has stopped it, or it couldn't go on.
      def stopped
        raise @worker.error if @worker.error

        true
      end

      def tell_of_the_end(events)
        Thread.new do
          @worker.join
          events.push(:ended)
        end
      end

      def description
        of = @worker.namespaces ? "of #{@worker.namespaces.join(", ")}" : "of all namespaces"
        "#{@worker.concurrency} steps at once, #{of}, in #{@coordinator.config.masked_url}"
      end

      def say(text)
        @coordinator.logger.info("tasker_core") { "worker #{@name} #{text}" }
      end
    end
  end
end
