# frozen_string_literal: true

require "etc"
require_relative "clock"

module Benches
  # How much time processors have worked for a process, in seconds, by what the system counts for each thread.
  module Cpu
    # The engine's threads have names of that kind; all others of a process are Ruby's. (Ruby's own threads that the
    # library starts begin with tasker_core.)
    ENGINE = "tasker-"
    TICKS = Etc.sysconf(Etc::SC_CLK_TCK).to_f

    module_function

    # @return [Hash{Symbol => Float}] :ruby and :engine
    def of(pid)
      threads = Dir.children("/proc/#{pid}/task").filter_map { |thread| thread_of("/proc/#{pid}/task/#{thread}") }
      engine, ruby = threads.partition { |name, _| name.start_with?(ENGINE) }
      { ruby: ruby.sum(&:last), engine: engine.sum(&:last) }
    rescue Errno::ENOENT
      raise Failure, "process #{pid} has ended while it was measured"
    end

    # @return [Float] of the process and of those that it started, of those that have ended too
    def of_tree(pid)
      children(pid).sum { |child| alone(child) } + alone(pid) + of_the_ended(pid)
    end

    # @return [Float] seconds that processors have worked for anybody
    def of_all
      user, nice, system, _idle, _waiting, *rest = File.foreach("/proc/stat").first.split.drop(1).map(&:to_i)
      # Interrupts, and what other machines on the same host have taken. What guests take is in the first two.
      (user + nice + system + rest.first(3).sum) / TICKS
    end

    # Nanoseconds, where the usual clock has hundredths of a second.
    def thread_of(folder)
      [File.read("#{folder}/comm"), File.read("#{folder}/schedstat").to_i / 1e9]
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end

    def alone(pid)
      of(pid).values.sum
    rescue Failure
      0.0
    end

    # The fields after the name, which may hold spaces itself.
    def fields(pid) = File.read("/proc/#{pid}/stat").rpartition(")").last.split

    def of_the_ended(pid) = fields(pid).values_at(13, 14).sum(&:to_i) / TICKS

    def children(parent)
      Dir.children("/proc").grep(/\A\d+\z/).select do |pid|
        fields(pid)[1].to_i == parent
      rescue Errno::ENOENT, Errno::ESRCH
        false
      end
    end
  end
end
