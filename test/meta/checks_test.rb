# frozen_string_literal: true

require "minitest/autorun"
require "stringio"
require_relative "repository"
require Repository.path("rakelib/checks")

# The table at the end of bin/test has to be true.
class ChecksTest < Minitest::Test
  def test_all_passed
    passed, text = checked("one" => ["true"], "two" => ["true"])
    assert passed
    assert_match(/^ok\s+one\s+\d+\.\d s\nok\s+two\s+\d+\.\d s\nall 2 checks passed in \d+\.\d s\n\z/, text)
  end

  def test_a_failure_is_named_and_does_not_keep_the_others_from_running
    passed, text = checked("one" => ["false"], "two" => ["true"], "three" => ["no-such-command-anywhere"])
    refute passed
    assert_match(/^-- one FAILED after/, text)
    assert_match(/^ok\s+two /, text)
    assert_match(/^FAILED three /, text)
    assert_match(/^FAILED: one, three in \d+\.\d s\n\z/, text)
  end

  private

  def checked(steps)
    out = StringIO.new
    [Checks.new(steps, out:).run, out.string]
  end
end
