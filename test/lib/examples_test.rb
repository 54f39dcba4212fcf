# frozen_string_literal: true

require_relative "../test_helper"

# The examples of the documentation are true: each `# =>` is what the line before it gives.
class ExamplesTest < Minitest::Test
  include TestHelper

  LIBRARY = File.expand_path("../../lib", __dir__)
  EXAMPLE = /^( *)# @example.*\n((?:\1# {3}.*\n|\1#\n)+)/
  VALUE = /^(?<indent>\s*)(?<code>\S.*?)\s*# => (?<value>.+)$/

  # Every example that says what it gives, with the place where it stands.
  EXAMPLES = Dir["#{LIBRARY}/**/*.rb"].flat_map do |path|
    text = File.read(path)
    text.to_enum(:scan, EXAMPLE).filter_map do
      match = Regexp.last_match
      code = match[2].gsub(/^ *# {0,3}/, "")
      [path, match.pre_match.count("\n") + 2, code] if code.include?("# =>")
    end
  end.freeze

  def test_there_are_examples
    assert_operator EXAMPLES.size, :>, 10
  end

  EXAMPLES.each do |path, line, code|
    define_method("test_#{path.delete_prefix("#{LIBRARY}/")}_line_#{line}") do
      @checks = 0
      # rubocop:disable Security/Eval -- what is evaluated is this library's own text
      with_log { eval(checked(code), binding, path, line) }
      # rubocop:enable Security/Eval

      assert_equal code.scan("# =>").size, @checks, "not every line of the example was reached"
    end
  end

  private

  # A value may stand at the end of a line, or on a line of its own below.
  def checked(code)
    code.gsub(/\n\s*# =>/, " # =>").gsub(VALUE) do
      found = Regexp.last_match
      "#{found[:indent]}check((#{found[:code]}), (#{found[:value]}))"
    end
  end

  def check(actual, expected)
    @checks += 1
    expected.nil? ? assert_nil(actual) : assert_equal(expected, actual)
  end
end
