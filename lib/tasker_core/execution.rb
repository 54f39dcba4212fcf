# frozen_string_literal: true

module TaskerCore
  # How steps are run in this process: threads take claimed steps, run their handlers, and hand the results in while
  # they take the next ones. The engine decides what may run; nothing here knows the graph's rules.
  #
  # The way of a step: {Pool} thread → {Crew} (which step next, or an exchange with the engine) → {Attempt} (one run of
  # a handler) → its report in the crew's outbox → the next exchange. {Run} is a crew's supervisor for one task,
  # {Worker} for any task.
  #
  # @api private
  module Execution
    # Interrupts reach a pool thread only inside a handler: nowhere else could they tear a claimed step from its report.
    NEVER = { Object => :never }.freeze
    # The mask around a handler, and around a wait that may be broken off.
    IMMEDIATE = { Object => :immediate }.freeze

    # @return [Float] milliseconds since the epoch, the clock of the engine's deadlines
    def self.now_ms
      Process.clock_gettime(Process::CLOCK_REALTIME, :float_millisecond)
    end

    # @return [Boolean] whether the program is ending: its threads are being killed, and no new ones can be made
    def self.ending?
      !Thread.main.alive?
    end

    # Raises what was sent to this thread while it was masked, and forgets it: it was meant for a step that is over.
    # A `Thread#kill` is not forgotten, it ends the thread.
    # @return [void]
    def self.drop_late_interrupts
      while Thread.pending_interrupt?
        begin
          Thread.handle_interrupt(IMMEDIATE) { Thread.pass }
        rescue Exception # rubocop:disable Lint/RescueException -- whatever was raised here, its step is over
          next
        end
      end
    end
  end
end

require_relative "execution/frozen"
require_relative "execution/pool"
require_relative "execution/hand_back"
require_relative "execution/failure"
require_relative "execution/nearest"
require_relative "execution/handlers"
require_relative "execution/step_plan"
require_relative "execution/plan"
require_relative "execution/task_data"
require_relative "execution/attempt"
require_relative "execution/announcement"
require_relative "execution/trade"
require_relative "execution/grant"
require_relative "execution/pace"
require_relative "execution/turnstile"
require_relative "execution/outage"
require_relative "execution/trading"
require_relative "execution/parking"
require_relative "execution/watching"
require_relative "execution/crew"
require_relative "execution/task_crew"
require_relative "execution/worker_crew"
require_relative "execution/run"
