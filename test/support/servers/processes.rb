# frozen_string_literal: true

module Servers
  # Processes that may not be children of this one.
  module Processes
    PAUSE = 0.005

    module_function

    # @return [Boolean] whether it runs; one that has ended and wasn't waited for doesn't
    def alive?(pid)
      Process.kill(0, pid)
      state = `ps -o stat= -p #{pid.to_i}`
      !state.empty? && !state.start_with?("Z")
    rescue Errno::ESRCH
      false
    end

    # @return [Array<Integer>]
    def children(pid)
      `ps -A -o ppid= -o pid=`.lines.map { |line| line.split.map(&:to_i) }
                              .filter_map { |parent, child| child if parent == pid }
    end

    # The parent is stopped first: from then on it has no new children.
    def pause(pid)
      signal(:STOP, pid)
      children(pid).each { |child| signal(:STOP, child) }
    end

    def resume(pid)
      children(pid).each { |child| signal(:CONT, child) }
      signal(:CONT, pid)
    end

    # Ends it in its own way, or by force where that takes too long.
    def finish(pid, signal, seconds: 10)
      resume(pid)
      signal(signal, pid)
      return if wait(seconds) { !alive?(pid) }

      [pid, *children(pid)].each { |process| signal(:KILL, process) }
      wait(seconds) { !alive?(pid) }
    end

    def signal(name, pid)
      Process.kill(name, pid)
    rescue Errno::ESRCH
      nil
    end

    # @return [Object] what the block gives, as soon as that is true; or false when the time is over
    def wait(seconds)
      limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
      until (met = yield)
        return false if Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit

        sleep PAUSE
      end
      met
    end
  end
end
