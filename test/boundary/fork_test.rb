# frozen_string_literal: true

require_relative "boundary_helper"

# The child of a fork can't use what its parent opened, can't disturb it, and can open its own.
class BoundaryForkTest < BoundaryTest
  def setup
    @engine = open_engine
  end

  def teardown
    assert_usable @engine
    super
  end

  def test_every_entry_of_an_engine_says_forked_in_the_child
    answers = in_child do
      [@engine.call("ping", "{}", LONG), @engine.exchange(0, 0, 0, [], LONG), @engine.close(LONG),
       @engine.panic("turn")].map { |answer| answer[1] } << @engine.closed?
    end
    assert_equal ["forked", "forked", "forked", "forked", true], answers
  end

  def test_the_failure_says_what_to_do
    message = in_child { @engine.call("ping", "{}", LONG)[2] }
    assert_match(/belongs to process #{Process.pid} .*open a new one/, message)
  end

  def test_a_child_opens_an_engine_of_its_own
    assert_equal([true, "{}"], in_child { open_engine.call("ping", "{}", LONG) })
  end

  def test_a_child_collects_what_its_parent_opened_without_harm
    assert_equal(:collected, in_child do
      @engine = nil
      @engines = nil
      GC.start
      :collected
    end)
  end

  def test_what_the_parent_has_in_flight_is_not_counted_in_the_child
    waiting = waiting_thread(@engine)
    assert_equal(0, in_child { NATIVE.live_guards })
    waiting.kill.join
    assert_no_guards_left
  end

  def test_a_child_of_a_process_whose_threads_wait_reads_its_own_logs
    waiting = waiting_thread(@engine) { loop { NATIVE.logs(10, 60_000) } }
    assert_equal(Array, in_child { NATIVE.logs(10, 10).last.class })
    waiting.kill.join
  end

  # It forks without any hook of Ruby's.
  def test_a_daemon_is_told_too
    output = ruby(<<~PROGRAM)
      native = TaskerCore.const_get(:Native)
      _, engine = native.open(ARGV.first, 10_000)
      Process.daemon(true, true)
      print [engine.call("ping", "{}", 10_000)[1], native.open(ARGV.first, 10_000)[1].call("ping", "{}", 10_000)].inspect
    PROGRAM
    assert_equal '["forked", [true, "{}"]]', output
  end

  def test_a_fork_inside_a_trap_inside_a_wait_ends_the_childs_wait
    reader, writer = IO.pipe
    before = trap("USR2") { @child = fork }
    sender = signal_when_waiting
    answer = wait_in(@engine, timeout_ms: 500)
    report_and_leave(writer, answer) if @child.nil?
    writer.close
    Process.wait(@child)

    assert_equal "forked", reader.read
    assert_equal "busy", failure_of(answer).first
  ensure
    trap("USR2", before || "DEFAULT")
    sender&.join
  end

  private

  def signal_when_waiting
    main = Thread.current
    Thread.new do
      eventually("the main thread waits") { main.stop? }
      Process.kill("USR2", Process.pid)
    end
  end

  def report_and_leave(writer, answer)
    writer.print(answer[1])
    writer.close
    exit!(0)
  end

  # What the block returns in a child, which leaves without the hooks of its parent.
  def in_child
    reader, writer = IO.pipe
    child = fork do
      writer.write(Marshal.dump(yield))
      writer.close
      exit!(0)
    end
    writer.close
    output = reader.read
    Process.wait(child)
    assert_predicate $CHILD_STATUS, :success?
    Marshal.load(output) # rubocop:disable Security/MarshalLoad -- it is this test's own
  end
end
