# frozen_string_literal: true

module TaskerCore
  # Counts the processes between the one that loaded the library and this one, so that an engine can be told from
  # one that belongs to a parent: threads and database connections don't live on in the child.
  #
  # Not every fork comes by here (`Process.daemon` doesn't), so the engine compares the process's id as well and
  # answers "forked".
  # @api private
  module ForkSafety
    @generation = 0

    class << self
      # @return [Integer] changes with every fork
      attr_reader :generation

      # Called in a child, before anything else runs in it.
      #
      # @return [void]
      def forked
        @generation += 1
      end
    end

    # What is put before `Process._fork`, which `fork`, `Kernel#fork` and `IO.popen("-")` all call.
    # @api private
    module Hook
      # @return [Integer] the child's id, or 0 in the child
      def _fork
        pid = super
        ForkSafety.forked if pid.zero?
        pid
      end
    end

    ::Process.singleton_class.prepend(Hook) if ::Process.respond_to?(:_fork)
  end
end
