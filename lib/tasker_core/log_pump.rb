# frozen_string_literal: true

require "logger"
require_relative "native"

module TaskerCore
  # Brings the engine's log records to {TaskerCore.logger}. The engine keeps them in a bounded queue; one thread
  # of this process drains it, so that no thread of the engine ever calls Ruby.
  # @api private
  module LogPump
    # How many records are taken at once, and how long one wait for them is. The wait ends with the first record.
    BATCH = 256
    WAIT_MS = 1000
    private_constant :BATCH, :WAIT_MS

    # The engine's levels: 1 error, 2 warn, 3 info, 4 debug, 5 trace.
    SEVERITIES = [Logger::UNKNOWN, Logger::ERROR, Logger::WARN, Logger::INFO, Logger::DEBUG, Logger::DEBUG].freeze
    # The same as configurations name them.
    NAMES = %w[off error warn info debug trace].freeze

    @mutex = Mutex.new
    @dropped = 0

    class << self
      # Sees to it that the thread runs, as it doesn't in a process that was just forked.
      #
      # @return [void]
      def start
        follow_level
        return if @thread&.alive?

        @mutex.synchronize { @thread = new_thread unless @thread&.alive? }
      end

      # Hands over what waits in the queue, now and in this thread.
      #
      # @return [void]
      def flush
        nil while drain(0)
      end

      # Applies a configuration's `log_level`: the engine makes no records below it, and the library's own logger,
      # where it is in use, shows them down to it.
      #
      # @param name [String, nil] nil changes nothing
      # @return [void]
      def configure(name)
        return unless name

        @limit = NAMES.index(name)
        TaskerCore.own_logger.level = 4 - [@limit, 4].min
        follow_level
      end

      # Tells the engine not to make records that the logger would drop.
      #
      # @return [void]
      def follow_level
        level = engine_level
        return if level == @level

        Native.log_level(level)
        @level = level
      end

      # @return [String] the level that the engine logs at
      def level_name
        NAMES[engine_level]
      end

      private

      def engine_level
        shown = (4 - TaskerCore.logger.level).clamp(0, 5)
        return shown unless @limit

        # Ruby's loggers have no level below DEBUG, so that one shows the engine's traces where they are asked for.
        shown == 4 && @limit == 5 ? 5 : [shown, @limit].min
      end

      def new_thread
        Thread.new do
          Thread.current.name = "tasker_core logs"
          Thread.current.report_on_exception = false
          # It inherits the mask of the thread that makes it, which may be one that runs steps. With that it couldn't be
          # ended, and the program would wait for it for ever.
          Thread.handle_interrupt(Object => :immediate) { pump }
        end
      end

      def pump
        loop do
          follow_level
          drain(WAIT_MS)
        end
      end

      # A logger that raises (its file is closed, its disk is full) must not end the thread.
      def drain(wait_ms)
        dropped, records = Native.logs(BATCH, wait_ms)
        logger = TaskerCore.logger
        records.each { |level, target, message| logger.add(SEVERITIES.fetch(level, Logger::INFO), message, target) }
        report_dropped(logger, dropped)
        !records.empty?
      rescue StandardError => e
        warn "tasker_core: the logger failed: #{e.class}: #{e.message}" unless @warned
        @warned = true
        false
      end

      def report_dropped(logger, dropped)
        return if dropped <= @dropped

        logger.warn("tasker_core") { "#{dropped - @dropped} log records were dropped, as the queue was full" }
        @dropped = dropped
      end
    end
  end
end
