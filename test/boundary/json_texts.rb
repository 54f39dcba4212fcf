# frozen_string_literal: true

require "json"

# Makes JSON texts at random: values of every kind, written in every way that JSON has.
class JSONTexts
  PIECES = ["a", "Z", " ", "ä", "€", "😀", "\u0000", "\u001f", "\u007f", "\"", "\\", "/", "\n", "\t", "\u2028", "key",
            "at", "steps", "created_at", "x" * 30].freeze
  NUMBERS = ["0", "-0", "-1", "7", "123456789012345678", "-999999999999999999", "1000000000000000000", (2**70).to_s,
             (-(2**62)).to_s, (2**62).to_s, ((2**63) - 1).to_s, "9" * 30, "0.0", "-0.0", "0.1", "1e5", "1E+5", "1.5e-7",
             "2.2250738585072014e-308", "4.9e-324", "1.7976931348623157e+308", "1e400", "-1e400", "1e-400", "1e280",
             "0.1234567890123456789", "123456789012345678.5", "0.00000000000000000000000001", "5e-20",
             "3.141592653589793238462643383279502884197169399375105820974944592307816406286"].freeze

  # @param random [Random]
  def initialize(random)
    @random = random
  end

  # @param depth [Integer] how deep lists and objects may be nested
  # @return [String] valid JSON
  def text(depth = 4)
    kind = @random.rand(depth.positive? ? 8 : 6)
    case kind
    when 0 then %w[null true false].sample(random: @random)
    when 1, 2 then number
    when 3, 4, 5 then string
    when 6 then listed("[", "]") { text(depth - 1) }
    else listed("{", "}") { "#{string}#{blank}:#{blank}#{text(depth - 1)}" }
    end
  end

  # @return [String] valid UTF-8, and mostly not JSON
  def broken
    characters = text.chars
    @random.rand(1..3).times { spoil(characters) }
    characters.join
  end

  private

  def spoil(characters)
    at = @random.rand(characters.size + 1)
    case @random.rand(3)
    when 0 then characters.delete_at(at)
    when 1 then characters.insert(at, '{}[],:"\\/*-+.eE01 nNtfu'.chars.sample(random: @random))
    else characters.insert(at, *["NaN", "Infinity", "-Infinity", "\\ud800", "\\uDC00", "\\u12", "//", "/* */", "null",
                                 "1.", "01", "\u0001", "\uFEFF", "\\q"].sample(random: @random).chars)
    end
  end

  def listed(first, last, &)
    items = Array.new(@random.rand(6)) { "#{blank}#{yield}#{blank}" }
    "#{first}#{items.empty? ? blank : items.join(",")}#{last}"
  end

  def number
    case @random.rand(4)
    when 0 then NUMBERS.sample(random: @random)
    when 1 then @random.rand(-(2**66)..(2**66)).to_s
    when 2 then @random.rand(-1000..1000).to_s
    else float
    end
  end

  # Every bit at random: all exponents, all lengths.
  def float
    value = [@random.rand(2**64)].pack("Q").unpack1("D")
    value.finite? ? JSON.generate(value) : "0.5"
  end

  def string
    "\"#{Array.new(@random.rand(5)) { written(PIECES.sample(random: @random)) }.join}\""
  end

  def written(piece)
    case @random.rand(3)
    when 0 then piece.encode("UTF-16BE").unpack("n*").map { |unit| format("\\u%04x", unit) }.join
    when 1 then piece.gsub("/", "\\/").then { |text| text.match?(/["\\\0-\x1f]/) ? JSON.generate(piece)[1..-2] : text }
    else JSON.generate(piece)[1..-2]
    end
  end

  def blank
    @random.rand(6).zero? ? [" ", "\n", "\t", "\r\n", "   "].sample(random: @random) : ""
  end
end
