# frozen_string_literal: true

require_relative "boundary_helper"
require_relative "held_database"

# A database that another process holds holds nobody up who doesn't want to wait.
class BoundaryLockedDatabaseTest < BoundaryTest
  include HeldDatabase

  def setup
    super
    open_engine(database_url: url).close(LONG)
    hold(FOR_EVERYTHING)
  end

  def test_opening_ends_at_its_limit
    kind, message = assert_within(3) { failure_of(NATIVE.open(settings, 200)) }

    assert_equal "busy", kind
    assert_match(/didn't open within 200 ms/, message)
  end

  def test_opening_is_interrupted_by_kill_and_by_timeout
    thread = waiting_thread(nil) { NATIVE.open(settings, LONG) }
    assert_within(2) { thread.kill.join }
    assert_within(2) { assert_raises(Timeout::Error) { Timeout.timeout(0.05) { NATIVE.open(settings, LONG) } } }
    assert_operator NATIVE.live_guards, :>, 0, "nothing held the opening up"
  end

  def test_an_engine_that_comes_too_late_is_closed
    threads = Dir.children("/proc/self/task").size
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { NATIVE.open(settings, LONG) } }
    release
    eventually("the engine that nobody has is closed", within: 30) do
      NATIVE.live_guards.zero? && Dir.children("/proc/self/task").size <= threads + 1
    end
  end

  private

  def settings
    JSON.generate(SETTINGS.merge("database_url" => url))
  end
end
