# frozen_string_literal: true

module TaskerCore
  # The coordinator that all of a process shares.
  # @api private
  module ProcessCoordinator
    @mutex = Mutex.new
    @overrides = {}.freeze

    class << self
      # @return [Coordinator] the process's own; another one where it was closed
      def get
        coordinator = @coordinator
        return coordinator if coordinator && !coordinator.closed?

        @mutex.synchronize do
          @coordinator = Coordinator.new(@overrides) if @coordinator.nil? || @coordinator.closed?
          @coordinator
        end
      end

      # @param overrides [Hash] for the next coordinator; the present one, if there is one, is closed
      # @return [Configuration] what the overrides come to
      # @raise [ConfigurationError]
      def configure(overrides)
        config = Configuration.load(overrides)
        @mutex.synchronize do
          @overrides = config
          @coordinator&.close
          @coordinator = nil
        end
        config
      end

      # @return [Configuration] what the process's own coordinator would be made with
      # @raise [ConfigurationError]
      def config
        Configuration.load(@overrides)
      end

      # Closes the present one and forgets what was configured.
      #
      # @return [nil]
      def reset
        @mutex.synchronize do
          @coordinator&.close
          @coordinator = nil
          @overrides = {}.freeze
        end
        nil
      end
    end
  end
end
