# frozen_string_literal: true

require_relative "boundary_helper"

# Wrong arguments: the exception names the argument, and nothing has happened.
class BoundaryArgumentsTest < BoundaryTest
  # What each method takes; each argument is then replaced by wrong ones.
  GOOD = {
    call: ["ping", "{}", LONG],
    exchange: [1, 0, 0, [].freeze, LONG],
    close: [LONG],
    panic: ["turn"]
  }.freeze

  NAMES = {
    call: %w[kind json timeout_ms], exchange: %w[scope want wait_ms reports timeout_ms],
    close: %w[timeout_ms], panic: %w[site]
  }.freeze

  # Things that convert themselves are no exception: a conversion would run Ruby code.
  IMPOSTOR = Class.new do
    def to_str = "ping"
    def to_int = 1
    def to_ary = []
  end.new

  def setup
    @engine = open_engine
  end

  def test_each_argument_of_a_wrong_class_is_a_type_error_that_names_it
    GOOD.each do |method, arguments|
      arguments.each_index do |index|
        [nil, true, :symbol, 1.5, {}, Object.new, IMPOSTOR, BasicObject.new].each do |wrong|
          error = assert_raises(TypeError) { @engine.public_send(method, *replace(arguments, index, wrong)) }
          expected = "#{NAMES.fetch(method)[index]}: an? (Integer|String|Array)( or an Array of Strings)? is expected"
          assert_match(/\A#{expected}, not \S/, error.message)
        end
      end
    end
    assert_usable @engine
    assert_no_guards_left
  end

  def test_the_functions_of_the_module_check_too
    assert_raises(TypeError) { NATIVE.open(nil, 1) }
    assert_raises(TypeError) { NATIVE.open("{}", "1") }
    assert_raises(TypeError) { NATIVE.logs(1.0, 1) }
    assert_raises(TypeError) { NATIVE.logs(1, nil) }
    assert_raises(TypeError) { NATIVE.log_level("info") }
    assert_raises(TypeError) { NATIVE.panic(:method) }
    assert_no_guards_left
  end

  def test_a_wrong_number_of_arguments_is_an_argument_error
    assert_raises(ArgumentError) { @engine.call("ping", "{}") }
    assert_raises(ArgumentError) { @engine.exchange(1, 2) }
    assert_raises(ArgumentError) { NATIVE.open("{}") }
  end

  def test_integers_that_do_not_fit_are_range_errors
    error = assert_raises(RangeError) { @engine.exchange(2**64, 0, 0, [], LONG) }
    assert_match(/\Ascope: .*64 bits/, error.message)
    assert_raises(RangeError) { @engine.exchange(-(2**63) - 1, 0, 0, [], LONG) }
    assert_raises(RangeError) { @engine.exchange(1, -1, 0, [], LONG) }
    assert_raises(RangeError) { @engine.exchange(1, 2**32, 0, [], LONG) }
    assert_raises(RangeError) { @engine.exchange(1, 0, -1, [], LONG) }
    assert_raises(RangeError) { @engine.call("ping", "{}", -1) }
    assert_raises(RangeError) { NATIVE.log_level(6) }
    assert_raises(RangeError) { NATIVE.log_level(-1) }
    assert_no_guards_left
  end

  def test_an_integer_of_64_bits_fits_though_it_is_no_fixnum
    assert_equal "task_not_found", failure_of(@engine.exchange((2**63) - 1, 0, 0, [], LONG)).first
    assert_equal [true, "{}"], @engine.call("ping", "{}", (2**63) - 1)
  end

  def test_text_must_be_utf_8
    error = assert_raises(ArgumentError) { @engine.call("ping", "{\"a\":\"\xff\"}", LONG) }
    assert_match(/\Ajson: the String isn't valid UTF-8 from byte 6 on/, error.message)
    error = assert_raises(ArgumentError) { @engine.call("ping".encode("UTF-16LE"), "{}", LONG) }
    assert_match(/\Akind: the String isn't UTF-8/, error.message)
    assert_equal [true, "{}"], @engine.call("ping".encode("US-ASCII"), "{}".b, LONG)
  end

  def test_nul_and_emptiness_are_text_like_any_other
    assert_equal false, @engine.call("ping\0", "{}", LONG).first
    assert_equal false, @engine.call("", "", LONG).first
    assert_usable @engine
  end

  def test_a_report_is_checked_field_by_field
    { ["1", 1, 0, "{}"] => [TypeError, "reports[0]"], [1, nil, 0, "{}"] => [TypeError, "reports[1]"],
      [1, 1, :ok, "{}"] => [TypeError, "reports[2]"], [1, 1, 0, 5] => [TypeError, "reports[3]"],
      [1, 1, 4, "{}"] => [ArgumentError, "reports[2]"], [1, 1, 0, "\xff"] => [ArgumentError, "reports[3]"],
      [2**63, 1, 0, "{}"] => [RangeError, "reports[0]"],
      [1, 1, 0, "{}", 1, 1, -1, "{}"] => [ArgumentError, "reports[6]"],
      [1, 1, 0] => [ArgumentError, "reports"] }.each do |reports, (error, name)|
      raised = assert_raises(error, reports.inspect) { @engine.exchange(1, 0, 0, reports, LONG) }
      assert raised.message.start_with?("#{name}: "), raised.message
    end
    assert_usable @engine
    assert_no_guards_left
  end

  def test_a_scope_is_a_task_or_the_names_of_namespaces
    { ["a", 1] => [TypeError, "scope[1]"], [nil] => [TypeError, "scope[0]"], [["a"]] => [TypeError, "scope[0]"],
      ["\xff"] => [ArgumentError, "scope[0]"] }.each do |scope, (error, name)|
      raised = assert_raises(error, scope.inspect) { @engine.exchange(scope, 0, 0, [], LONG) }
      assert raised.message.start_with?("#{name}: "), raised.message
    end
    assert_equal "validation_error", failure_of(@engine.exchange([], 0, 0, [], LONG)).first
    assert_usable @engine
    assert_no_guards_left
  end

  def test_subclasses_are_what_they_inherit_from
    text = Class.new(String)
    list = Class.new(Array)

    assert_equal [true, "{}"], @engine.call(text.new("ping"), text.new("{}"), LONG)
    assert_equal "task_not_found", failure_of(@engine.exchange(4711, 0, 0, list.new, LONG)).first
  end

  private

  def replace(arguments, index, wrong)
    arguments.dup.tap { |copy| copy[index] = wrong }
  end
end
