# frozen_string_literal: true

require_relative "boundary_helper"

# Thousands of interrupted calls leave nothing behind.
class BoundaryLeaksTest < BoundaryTest
  ROUNDS = 2_000

  def test_2000_kills_leave_nothing
    engine = open_engine
    assert_flat { ROUNDS.times { killed(engine) } }
    assert_usable engine
  end

  def test_2000_timeouts_leave_nothing
    engine = open_engine
    assert_flat do
      ROUNDS.times do
        assert_raises(Timeout::Error) { Timeout.timeout(0.000_5) { wait_in(engine) } }
      end
    end
    assert_usable engine
  end

  # On the main thread of a process with no other: Ruby makes and ends a thread of its own around each wait there.
  def test_500_signals_on_a_lonely_thread_leave_nothing
    output = ruby(<<~PROGRAM)
      native = TaskerCore.const_get(:Native)
      _, engine = native.open(ARGV.first, 10_000)
      stop = Class.new(StandardError)
      trap("ALRM") { raise stop }
      pid = Process.pid
      pacer = IO.popen([RbConfig.ruby, "-e", "500.times { gets or exit; Process.kill('ALRM', " + pid.to_s + ") }"], "w")
      seen = 0
      500.times do
        pacer.puts
        pacer.flush
        engine.exchange(0, 1, 60_000, [], 60_000)
      rescue stop
        seen += 1
      end
      trap("ALRM", "IGNORE")
      print [seen, native.live_guards, engine.call("ping", "{}", 10_000).first].inspect
    PROGRAM
    assert_equal "[500, 0, true]", output
  end

  def test_1000_engines_that_nobody_closes_leave_no_threads
    threads = native_threads
    1_000.times { NATIVE.open(JSON.generate(SETTINGS), LONG) }
    eventually("the threads of the engines have ended", within: 60) do
      GC.start
      native_threads <= threads + 5
    end
    assert_no_guards_left
  end

  private

  def killed(engine)
    thread = Thread.new { wait_in(engine) }
    Thread.pass until thread.stop?
    thread.kill.join
  end

  # Warms up first: the first rounds fill caches that stay.
  def assert_flat
    yield
    GC.start
    before = resident_kilobytes
    yield
    GC.start
    assert_operator resident_kilobytes - before, :<, 4 * 1024
    assert_no_guards_left
  end

  def resident_kilobytes
    File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i
  end

  def native_threads
    Dir.children("/proc/self/task").size
  end
end
