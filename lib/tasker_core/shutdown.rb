# frozen_string_literal: true

module TaskerCore
  # Closes the engines that are still open when the program ends: their claims are given back at once, and what was
  # acknowledged is on disk anyway.
  # @api private
  module Shutdown
    # How long one engine may take to finish its turn.
    LIMIT_MS = 5000
    private_constant :LIMIT_MS

    @mutex = Mutex.new
    @installed = false
    @running = false

    class << self
      # Called when an engine is opened, not when the library is loaded: what is registered before `minitest/autorun`
      # runs its tests would run before them.
      #
      # @return [void]
      def install
        return if @installed

        @mutex.synchronize do
          at_exit { run } unless @installed
          @installed = true
        end
      end

      # Suspends every coordinator. One that is used again after that, by a test suite that runs in its own exit hook,
      # opens another engine, and this hook is registered again.
      #
      # @return [void]
      def run
        @installed = false
        @running = true
        ObjectSpace.each_object(Coordinator) { |coordinator| suspend(coordinator) }
        LogPump.flush
      ensure
        @running = false
      end

      # @return [Boolean] whether engines are being closed now, so that a thread which runs a step to the last moment
      #   mustn't open another
      def running?
        @running
      end

      private

      def suspend(coordinator)
        coordinator.suspend(LIMIT_MS)
      rescue StandardError => e
        TaskerCore.logger.warn("tasker_core") { "a coordinator wasn't closed in order: #{e.message}" }
      end
    end
  end
end
