# frozen_string_literal: true

require_relative "boundary_helper"
require_relative "held_database"

# A queue that is full: its callers wait for a place without the GVL, for a while, and can be interrupted.
class BoundaryBackpressureTest < BoundaryTest
  include HeldDatabase

  # More orders than one turn takes.
  LARGE = 5_000

  def setup
    super
    @engine = open_engine(database_url: url, queue_capacity: 1, busy_timeout_ms: 60_000)
    @task_id = submit_one(@engine)
    hold(FOR_WRITING)
    @callers = fill
  end

  def teardown
    release
    @callers&.each { |caller| assert_equal true, caller.value.first, caller.value.inspect }
    super
  end

  def test_no_place_in_time_is_busy_and_says_that_nothing_was_sent
    kind, message = assert_within(3) { failure_of(@engine.call("ping", "{}", 100)) }

    assert_equal "busy", kind
    assert_match(/no place in the queue of requests within 100 ms; nothing was sent/, message)
  end

  def test_a_wait_for_a_place_is_interrupted
    assert_within(2) { assert_raises(Timeout::Error) { Timeout.timeout(0.05) { @engine.call("ping", "{}", LONG) } } }
    thread = waiting_thread(@engine) { @engine.call("ping", "{}", LONG) }
    assert_within(2) { thread.kill.join }
  end

  def test_a_wait_for_a_place_goes_on_once_there_is_one
    thread = waiting_thread(@engine) { @engine.call("ping", "{}", LONG) }
    release
    assert_equal [true, "{}"], thread.value
  end

  private

  # A turn that can't write, a next one that takes no more, and requests in the queue.
  def fill
    callers = [waiting_thread(@engine) { @engine.call("pause", JSON.generate("task_id" => @task_id), LONG) }]
    eventually("the queue is full") do
      callers << waiting_thread(@engine) { @engine.exchange(0, 0, 0, [1, 1, 3, ""] * LARGE, LONG) }
      failure?(@engine.call("ping", "{}", 20))
    end
    callers
  end

  def failure?(answer)
    answer[1] == "busy" && answer[2].start_with?("no place")
  end
end
