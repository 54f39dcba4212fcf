# frozen_string_literal: true

require "rbconfig"
require_relative "kill_loop_app"

# The program that has the processes of the kill loop as its children: at random moments it kills one of them and
# starts another. Most are forked off, so that they are at work soon; some are programs of their own, which may be
# killed while they load. Some are stopped for a while instead, which may be longer than their lease.
#
# Its argument is JSON; in the end it prints how many processes it has started, killed and stopped.
class KillLoopDriver
  ROLES = %w[orchestrator worker both worker].freeze
  # Between two kills, in seconds.
  PAUSES = (0.005..0.2)
  # There is always something new to submit.
  TASKS_A_KILL = 4
  # So many of a hundred are programs, and so many of a hundred kills are stops.
  PROGRAMS = 10
  STOPS = 10
  # How long a process is stopped: longer than the shorter lease, shorter than SQLite lets others wait.
  STILL = (0.1..1.5)

  # @param options [Hash{String => Object}] "settings", "folder", "seed", "processes", "kills"
  def initialize(options)
    @options = options
    @random = Random.new(options.fetch("seed"))
    # The processes read it, and so notice the end of this one.
    @life, @mine = IO.pipe
    @running = []
    @stopped = {}
    @counts = { started: 0, killed: 0, stopped: 0 }
  end

  def run
    until @counts[:killed] == @options.fetch("kills")
      start while @running.size < @options.fetch("processes")
      # What is tested is any moment, so there is no condition to wait for.
      sleep(@random.rand(PAUSES))
      wake
      victim = (@running - @stopped.keys).sample(random: @random) || @running.first
      @random.rand(100) < STOPS ? stop(victim) : kill(victim)
    end
    kill_all
    puts JSON.generate(@counts.merge(tasks:))
  end

  private

  def tasks = @counts[:started] * TASKS_A_KILL

  def start
    @counts[:started] += 1
    app = JSON.generate(settings:, folder: @options.fetch("folder"), role: ROLES.sample(random: @random), tasks:,
                        seed: @random.rand(1 << 30))
    @running << (@random.rand(100) < PROGRAMS ? start_program(app) : start_fork(app))
  end

  def settings = @options.fetch("settings").merge("lease_ms" => [500, 30_000].sample(random: @random))

  def start_program(app)
    Process.spawn(RbConfig.ruby, "-W", "-I", $LOAD_PATH.first, File.expand_path("kill_loop_app.rb", __dir__), app,
                  in: @life)
  end

  def start_fork(app)
    Process.fork do
      $stdin.reopen(@life)
      @mine.close
      KillLoopApp.new(JSON.parse(app)).run
      exit!
    end
  end

  def kill(pid)
    Process.kill(:KILL, pid)
    status = Process.wait2(pid).last
    # It works until it is killed, so it must have failed.
    abort "a process ended by itself: #{status}" unless status.signaled?

    @counts[:killed] += 1
    @running.delete(pid)
    @stopped.delete(pid)
  end

  def stop(pid)
    return if @stopped.key?(pid)

    Process.kill(:STOP, pid)
    @counts[:stopped] += 1
    @stopped[pid] = now + @random.rand(STILL)
  end

  def wake
    over = @stopped.select { |_, till| till <= now }.keys
    over.each do |pid|
      Process.kill(:CONT, pid)
      @stopped.delete(pid)
    end
  end

  def kill_all = @running.dup.each { |pid| kill(pid) }

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

KillLoopDriver.new(JSON.parse(ARGV.fetch(0))).run
