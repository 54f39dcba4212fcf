# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Holds the engine of a coordinator in this process, and opens one where there is none: at first, after a fork
    # (the parent's engine stays with the parent), and after {#suspend}. Each new one is told the templates again.
    # @api private
    class EngineSlot
      CLOSED = "the coordinator is closed; make another one with TaskerCore.create_coordinator"
      private_constant :CLOSED

      # @param config [Configuration]
      def initialize(config)
        @config = config
        @mutex = Mutex.new
        @definitions = []
        @closed = false
      end

      # @return [Native::Engine] one that belongs to this process
      # @raise [CoordinatorClosed]
      # @raise [Error] where the database can't be opened
      def engine
        engine = @engine
        return engine if engine && @generation == ForkSafety.generation && !@closed

        @mutex.synchronize { current || open }
      end

      # Keeps a definition for the engines to come.
      #
      # @param json [String]
      # @return [void]
      def remember(json)
        @mutex.synchronize { @definitions |= [json] }
      end

      # Forgets an engine that turned out to be a parent process's.
      #
      # @param engine [Native::Engine]
      # @return [void]
      def forget(engine)
        @mutex.synchronize { @engine = nil if @engine.equal?(engine) }
      end

      # Closes the engine; the next call opens another one.
      #
      # @param limit_ms [Integer]
      # @return [void]
      def suspend(limit_ms)
        engine = @mutex.synchronize { @engine if @generation == ForkSafety.generation }
        return unless engine

        answer = engine.close(limit_ms)
        forget(engine)
        Native.value(answer) unless answer[1] == "forked"
      end

      # Closes for good. It is tried to the end: a second call waits again where the first was interrupted.
      #
      # @param limit_ms [Integer]
      # @return [void]
      def close(limit_ms)
        @closed = true
        suspend(limit_ms)
      end

      # @return [Boolean]
      def closed?
        @closed
      end

      private

      def current
        raise CoordinatorClosed, CLOSED if @closed

        @engine if @generation == ForkSafety.generation
      end

      def open
        generation = ForkSafety.generation
        Shutdown.install
        LogPump.start
        engine = Native.value(Native.open(@config.settings_json(log_level: LogPump.level_name),
                                          @config.call_timeout_ms))
        @definitions.each { |json| Native.value(engine.call("register_template", json, @config.call_timeout_ms)) }
        @generation = generation
        @engine = engine
      end
    end
  end
end
