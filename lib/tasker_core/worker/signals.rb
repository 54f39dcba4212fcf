# frozen_string_literal: true

module TaskerCore
  class Worker
    # The signals that ask a process to end, as they come.
    # @api private
    class Signals
      # What a supervisor of processes sends, Ctrl-C, and Ctrl-\.
      NAMES = %w[TERM INT QUIT].freeze

      # Catches them while the block runs, and puts back what caught them before.
      # @yieldparam queue [Thread::Queue] gets the name of each; a trap may take no mutex, and a Queue needs none
      # @return [Object] what the block returns
      def self.caught
        queue = Thread::Queue.new
        before = NAMES.to_h { |name| [name, Signal.trap(name) { queue.push("SIG#{name}") }] }
        yield queue
      ensure
        # One that another library caught without Ruby's knowledge can't be put back.
        before&.each { |name, handler| Signal.trap(name, handler || "SYSTEM_DEFAULT") }
      end
    end
  end
end
