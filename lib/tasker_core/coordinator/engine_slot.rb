# frozen_string_literal: true

module TaskerCore
  class Coordinator
    # Holds the engine of a coordinator in this process, and opens one where there is none: at first, after a fork
    # (the parent's engine stays with the parent), and after {#suspend}. Each new one is told the templates again.
    # @api private
    class EngineSlot
      CLOSED = "the coordinator is closed; make another one with TaskerCore.create_coordinator"
      ENDING = "the program is ending, and the coordinator's engine is closed"
      private_constant :CLOSED, :ENDING

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
        @engine = nil if @engine.equal?(engine)
      end

      # Closes the engine; the next call opens another one. It takes no lock: a program that ends mustn't wait for a
      # thread that is opening a database.
      #
      # @param limit_ms [Integer]
      # @return [void]
      def suspend(limit_ms)
        engine = @engine
        return unless engine && @generation == ForkSafety.generation

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

      # @return [void]
      # @raise [CoordinatorClosed]
      def check_open
        raise CoordinatorClosed, CLOSED if @closed
      end

      private

      def current
        check_open
        raise CoordinatorClosed, ENDING if @engine.nil? && Shutdown.running?

        @engine if @generation == ForkSafety.generation
      end

      def open
        generation = ForkSafety.generation
        Shutdown.install
        LogPump.start
        engine = Native.value(named(Native.open(settings, @config.call_timeout_ms)))
        @definitions.each { |json| Native.value(engine.call("register_template", json, @config.call_timeout_ms)) }
        @generation = generation
        @engine = engine
        return engine unless @closed

        suspend(@config.call_timeout_ms)
        raise CoordinatorClosed, CLOSED
      end

      def settings
        @config.settings_json(log_level: LogPump.level_name)
      end

      # A program may have several databases: the message says which one it is about.
      def named(answer)
        ok, kind, message, context = answer
        return answer if ok || kind != "database_error"

        message = "#{@config.masked_url} can't be opened: #{message}" unless message.include?("can't be opened")
        [false, kind, message, context]
      end
    end
  end
end
