# frozen_string_literal: true

require_relative "boundary_helper"
require_relative "held_database"

# Bringing the tables up to date waits without the GVL, for no longer than it may, and can be interrupted.
class BoundaryMigrateTest < BoundaryTest
  include HeldDatabase

  def test_it_tells_the_versions_before_and_after
    first, again = Array.new(2) { JSON.parse(value_of(NATIVE.migrate(settings, LONG))) }

    assert_equal 0, first["from"]
    assert_operator first["to"], :>, 0
    assert_equal({ "from" => first["to"], "to" => first["to"] }, again)
  end

  def test_wrong_arguments_are_named
    assert_raises(TypeError) { NATIVE.migrate(nil, 1) }
    assert_match(/timeout_ms/, assert_raises(TypeError) { NATIVE.migrate(settings, "1") }.message)
    assert_equal "configuration_error", failure_of(NATIVE.migrate("{}", LONG)).first
  end

  def test_it_ends_at_its_limit
    held do
      kind, message = assert_within(3) { failure_of(NATIVE.migrate(settings, 200)) }

      assert_equal "busy", kind
      assert_match(/were not brought up to date within 200 ms/, message)
    end
  end

  def test_it_is_interrupted_by_kill_and_by_timeout
    held do
      thread = waiting_thread(nil) { NATIVE.migrate(settings, LONG) }
      assert_within(2) { thread.kill.join }
      assert_within(2) { assert_raises(Timeout::Error) { Timeout.timeout(0.05) { NATIVE.migrate(settings, LONG) } } }
      assert_operator NATIVE.live_guards, :>, 0, "nothing held it up"
    end
  end

  private

  # A database that there is, and that nobody can open.
  def held
    value_of(NATIVE.migrate(settings, LONG))
    hold(FOR_EVERYTHING)
    yield
  ensure
    release
  end

  def settings
    JSON.generate(SETTINGS.merge("database_url" => url))
  end
end
