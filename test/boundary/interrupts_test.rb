# frozen_string_literal: true

require_relative "boundary_helper"

# Every wait ends when Ruby wants the thread back, and only then.
class BoundaryInterruptsTest < BoundaryTest
  def setup
    @engine = open_engine
  end

  def teardown
    super
    assert_no_guards_left
  end

  def test_kill_ends_a_wait_and_runs_what_is_to_be_run
    ensured = false
    thread = waiting_thread(@engine) do
      wait_in(@engine)
    ensure
      ensured = true
    end

    assert_within(2) { thread.kill.join }
    assert ensured
    assert_usable @engine
  end

  def test_raise_ends_a_wait_with_its_exception
    thread = waiting_thread(@engine)
    thread.raise(Stop, "enough")

    assert_equal "enough", assert_raises(Stop) { assert_within(2) { thread.join } }.message
    assert_usable @engine
  end

  def test_timeout_ends_a_wait
    assert_within(2) { assert_raises(Timeout::Error) { Timeout.timeout(0.05) { wait_in(@engine) } } }
    assert_usable @engine
  end

  def test_a_timeout_with_a_class_of_its_own_ends_a_wait
    assert_raises(Stop) { Timeout.timeout(0.05, Stop) { wait_in(@engine) } }
  end

  def test_throw_from_a_trap_ends_a_wait
    with_trap("USR2", proc { throw :out, :thrown }) do
      assert_equal(:thrown, assert_within(2) { catch(:out) { signal_in_wait("USR2") { wait_in(@engine) } } })
    end
    assert_usable @engine
  end

  def test_ctrl_c_ends_a_wait
    with_trap("INT", "DEFAULT") do
      assert_raises(Interrupt) { assert_within(2) { signal_in_wait("INT") { wait_in(@engine) } } }
    end
    assert_usable @engine
  end

  # Ruby alone doesn't notice: it leaves signals to a second thread, and that one sleeps.
  def test_ctrl_c_from_outside_ends_a_wait_beside_any_other_thread
    others = [-> { sleep }, -> { Queue.new.pop }, -> { wait_in(@engine) }, -> { loop { NATIVE.logs(1, 60_000) } }]
    with_trap("INT", "DEFAULT") do
      others.each do |other|
        thread = waiting_thread(@engine, &other)
        assert_raises(Interrupt) { assert_within(5) { signal_from_outside("INT") { wait_in(@engine) } } }
        thread.kill.join
      end
    end
  end

  def test_a_trap_that_returns_does_not_end_the_wait
    seen = 0
    with_trap("USR2", proc { seen += 1 }) do
      kind, = signal_in_wait("USR2", times: 3, until_seen: -> { seen }) do
        failure_of(wait_in(@engine, timeout_ms: 400))
      end
      assert_equal "busy", kind
    end
    assert_equal 3, seen
  end

  def test_a_trap_may_use_the_engine_that_it_interrupts
    answer = nil
    with_trap("USR2", proc { answer = @engine.call("ping", "{}", LONG) }) do
      signal_in_wait("USR2") { wait_in(@engine, timeout_ms: 400) }
    end
    assert_equal [true, "{}"], answer
  end

  def test_handle_interrupt_defers_without_spinning
    thread = waiting_thread(@engine) do
      Thread.handle_interrupt(Stop => :never) do
        before = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
        answer = wait_in(@engine, timeout_ms: 500)
        Thread.current[:seen] = [answer, Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) - before]
      end
    end
    thread.raise(Stop)
    assert_raises(Stop) { thread.join }

    answer, cpu = thread[:seen]
    assert_equal "busy", failure_of(answer).first
    assert_operator cpu, :<, 0.1
  end

  # So that a caller can take steps under `on_blocking`, and never lose them between the answer and the assignment.
  def test_a_wait_counts_as_blocking
    thread = waiting_thread(@engine) do
      Thread.handle_interrupt(Stop => :on_blocking) { wait_in(@engine) }
    end
    thread.raise(Stop)
    assert_within(2) { assert_raises(Stop) { thread.join } }
  end

  def test_an_interrupted_wait_for_logs_loses_no_engine
    thread = waiting_thread(@engine) { loop { NATIVE.logs(10, 60_000) } }
    assert_within(2) { thread.kill.join }
    assert_usable @engine
  end

  private

  def with_trap(signal, handler)
    before = trap(signal, handler)
    yield
  ensure
    trap(signal, before || "DEFAULT")
  end

  # Another process sends the signal, once this one's main thread sleeps.
  def signal_from_outside(signal)
    sender = spawn(RbConfig.ruby, "-e", <<~'PROGRAM', signal, Process.pid.to_s)
      signal, process = ARGV
      Thread.pass until File.read("/proc/#{process}/stat")[/\) (\w)/, 1] == "S"
      Process.kill(signal, process.to_i)
    PROGRAM
    yield
  ensure
    Process.wait(sender)
  end

  # Sends the signal to this process once the main thread waits, and again once it was seen.
  def signal_in_wait(signal, times: 1, until_seen: -> { times })
    main = Thread.current
    sender = Thread.new do
      times.times do |index|
        eventually("the main thread waits") { main.stop? && until_seen.call >= [index, times].min }
        Process.kill(signal, Process.pid)
      end
    end
    yield
  ensure
    sender.join
  end
end
