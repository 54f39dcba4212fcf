# frozen_string_literal: true

require_relative "place"

# The Ruby of README.md that isn't a file of its own is one session. Each `# =>` is what the line gives: as it is
# inspected, or a value in Ruby.
class ReadmeSessionTest < Minitest::Test
  include TestHelper
  include Place

  VALUE = /^(?<indent>\s*)(?<code>\S.*?)\s*# => (?<value>.+)$/
  CHECK = <<~'RUBY'
    $checked = 0
    def check(line, text, actual, expected)
      $checked += 1
      return if actual.inspect == text || (!text.start_with?("#<") && expected.call == actual)

      abort "README.md:#{line}: expected #{text}, got #{actual.inspect}"
    end
    at_exit { puts "checked #{$checked}" }
  RUBY

  def test_every_line_gives_what_is_written_beside_it
    blocks = Document.session
    promised = blocks.sum { |block| block.text.scan("# =>").size }
    assert_operator promised, :>, 15

    output = ruby(CHECK + blocks.map { |block| checked(block) }.join)
    assert_equal "checked #{promised}\n", output
  end

  private

  # A value may stand at the end of a line, or on a line of its own below.
  def checked(block)
    lines = block.text.gsub(/\n\s*# =>/, " # =>").lines.each.with_index(block.line)
    lines.map { |line, number| line.sub(VALUE) { with_check(Regexp.last_match, number) } }.join
  end

  def with_check(match, number)
    value = match[:value]
    expected = value.start_with?("#<") ? "nil" : value
    "#{match[:indent]}check(#{number}, #{value.dump}, (#{match[:code]}), -> { #{expected} })"
  end
end
