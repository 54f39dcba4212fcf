# frozen_string_literal: true

require_relative "boundary_helper"

# A panic anywhere is an answer or an exception; the process and the engine live on.
class BoundaryPanicsTest < BoundaryTest
  def setup
    @engine = open_engine
  end

  def teardown
    assert_usable @engine
    super
    assert_no_guards_left
  end

  def test_a_panic_in_a_method_is_an_internal_error
    [-> { @engine.call("ping", "{}", LONG) }, -> { @engine.exchange(0, 0, 0, [], LONG) },
     -> { @engine.close(LONG) }, -> { NATIVE.open(JSON.generate(SETTINGS), LONG) }].each do |entry|
      assert_equal "internal_error", silently { failure_after_panic("method", &entry) }
    end
  end

  def test_a_panic_in_a_method_with_a_bare_answer_is_a_runtime_error
    [-> { @engine.closed? }, -> { NATIVE.logs(1, 0) }, -> { NATIVE.log_level(1) }].each do |entry|
      NATIVE.panic("method")
      error = assert_raises(RuntimeError) { silently(&entry) }
      assert_match(/asked to panic by a test/, error.message)
    end
  end

  def test_a_panic_in_a_wait_without_the_gvl_is_an_internal_error
    [-> { @engine.call("ping", "{}", LONG) }, -> { @engine.exchange(0, 0, 0, [], LONG) },
     -> { NATIVE.open(JSON.generate(SETTINGS), LONG) }].each do |entry|
      assert_equal "internal_error", silently { failure_after_panic("wait", &entry) }
    end
    NATIVE.panic("wait")
    assert_raises(RuntimeError) { silently { loop { NATIVE.logs(1, 60_000) } } }
  end

  def test_a_panic_on_the_thread_that_opens_or_closes_is_an_internal_error
    assert_equal "internal_error", silently { failure_after_panic("helper") { NATIVE.open("{}", LONG) } }
    assert_equal "internal_error", silently { failure_after_panic("helper") { @engine.close(LONG) } }
  end

  def test_a_panic_in_the_coordinator_is_an_internal_error
    %w[actor turn reader].each do |site|
      assert_equal "internal_error", silently { failure_of(@engine.panic(site)).first }, site
      assert_usable @engine
    end
  end

  def test_a_coordinator_that_is_lost_tells_its_caller_and_is_made_anew
    kind, message = silently do
      failure_of(@engine.panic("lose_actor")).tap { assert_usable @engine }
    end
    assert_equal "internal_error", kind
    assert_match(/the outcome is unknown/, message)
  end

  def test_others_who_wait_are_not_disturbed
    waiting = waiting_thread(@engine)
    silently { @engine.panic("actor") }
    assert_usable @engine
    assert_predicate waiting, :alive?
    waiting.kill.join
  end

  def test_an_unknown_site_is_an_argument_error
    assert_raises(ArgumentError) { NATIVE.panic("nowhere") }
    assert_equal false, @engine.panic("nowhere").first
  end

  private

  def failure_after_panic(site)
    NATIVE.panic(site)
    failure_of(yield).first
  end
end
