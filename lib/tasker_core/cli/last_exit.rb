# frozen_string_literal: true

require "English"

module TaskerCore
  module CLI
    # Sees to it that a program ends when it has come to its end, whatever its handlers and its database do.
    #
    # Ruby waits for each thread that it kills on its way out: a handler in a C library that can't be interrupted, or
    # one that rescues everything, would keep the process for ever. An engine waits for its database.
    # @api private
    class LastExit
      # How long the threads may take.
      LIMIT_SECONDS = 1.0
      private_constant :LIMIT_SECONDS

      # To be made before anything else registers what is to be run at the end: that is run in reverse order.
      def initialize
        @database_gone = false
        at_exit { leave unless all_ended? }
      end

      # Has it not wait for an engine that couldn't leave its database in time.
      # @return [void]
      def database_gone!
        @database_gone = true
      end

      private

      def all_ended?
        limit = now + LIMIT_SECONDS
        threads = Thread.list.select { |thread| thread.name == Execution::Pool::THREAD_NAME }.each(&:kill)
        ended = threads.all? { |thread| thread.join([limit - now, 0].max) }
        warn "#{WorkerCommand::NAME}: handlers that can't be ended are left where they are" unless ended
        ended && !@database_gone
      end

      def leave
        status = exit_status
        LogPump.flush
        [$stdout, $stderr].each(&:flush)
        exit!(status)
      end

      def exit_status
        case $ERROR_INFO
        when nil then 0
        when SystemExit then $ERROR_INFO.status
        else 1
        end
      end

      def now
        Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
