# frozen_string_literal: true

require_relative "../test_helper"
require "bigdecimal"
require "set"

class PayloadTest < Minitest::Test
  Payload = TaskerCore::Payload

  # A framework's hash that takes both kinds of keys.
  class Indifferent < Hash
    def [](key) = super(key.to_s)

    def to_json(*) = "\"not what is in it\""
  end

  class Name < String; end
  class List < Array; end

  ROUND_TRIPS = {
    "nil" => nil, "true" => true, "false" => false, "zero" => 0, "a negative integer" => -1,
    "an integer of 64 bits" => (2**63) - 1, "an integer of 70 bits" => 2**70, "an integer of 100 bits" => 2**100,
    "a big negative integer" => -(2**100), "a float" => 0.1, "a sum of floats" => 0.1 + 0.2,
    "the smallest float" => Float::MIN.prev_float, "the largest float" => Float::MAX,
    "a float that is whole" => 1.0, "a float with an exponent" => 1.0e22, "a third" => 1.0 / 3,
    "an empty text" => "", "a NUL" => "a\u0000b", "an emoji" => "\u{1F600}", "escapes" => "\"\\/\b\f\n\r\t\u2028",
    "an empty array" => [], "an empty hash" => {}, "an empty key" => { "" => 1 },
    "a key with a NUL" => { "\u0000" => 1 },
    "an ordered hash" => { "b" => 1, "a" => 2 }, "a nested value" => { "a" => [1, [2, { "b" => [nil, 1.5] }]] }
  }.freeze

  ROUND_TRIPS.each do |name, value|
    define_method("test_#{name.tr(" ", "_")}_comes_back_as_it_was") do
      text = Payload.dump(value)
      back = Payload.load(text)

      assert(value.nil? ? back.nil? : value.eql?(back), "#{value.inspect} came back as #{back.inspect}")
    end
  end

  def test_negative_zero_stays_negative
    assert_equal "-0.0", Payload.load(Payload.dump([-0.0])).first.to_s
  end

  def test_symbol_keys_come_back_as_strings
    assert_equal({ "a" => { "b" => 1 } }, Payload.load(Payload.dump({ a: { b: 1 } })))
  end

  def test_ascii_text_of_another_encoding_is_taken
    back = Payload.load(Payload.dump(["abc".b, "abc".encode("ISO-8859-1")]))

    assert_equal %w[abc abc], back
    assert_equal [Encoding::UTF_8], back.map(&:encoding).uniq
  end

  def test_subclasses_are_stored_by_their_content
    hash = Indifferent.new
    hash.store("a", Name.new("text"))
    back = Payload.load(Payload.dump({ "outer" => hash, "list" => List.new([1, 2]), Name.new("key") => 1 }))

    assert_equal({ "outer" => { "a" => "text" }, "list" => [1, 2], "key" => 1 }, back)
  end

  def test_the_value_is_left_as_it_was
    value = { a: Name.new("x").freeze, "list" => List.new([{ b: 1 }]) }.freeze
    copy = Marshal.load(Marshal.dump(value))
    Payload.dump(value)

    assert_equal copy, value
  end

  REFUSED = {
    "a_time" => [Time.at(0), /a Time can't be stored; use time.iso8601/],
    "a_date" => [Date.new(2024, 1, 1), /a Date can't be stored; use date.iso8601/],
    "a_symbol" => [:word, /a Symbol can't be stored; use its to_s/],
    "a_big_decimal" => [BigDecimal("1.5"), /a BigDecimal can't be stored; use its to_s/],
    "a_rational" => [Rational(1, 3), /a Rational can't be stored/],
    "a_complex_number" => [Complex(1, 3), /a Complex can't be stored/],
    "a_set" => [Set[1], /a Set can't be stored; use its to_a/],
    "a_range" => [(1..2), /a Range can't be stored/],
    "a_struct" => [Struct.new(:a).new(1), /can't be stored; use its to_h/],
    "an_object" => [Object.new, /an Object can't be stored/],
    "a_class" => [String, /a Class can't be stored/],
    "not_a_number" => [Float::NAN, /NaN can't be stored/],
    "infinity" => [Float::INFINITY, /Infinity can't be stored/],
    "negative_infinity" => [-Float::INFINITY, /-Infinity can't be stored/],
    "broken_utf8" => ["\xff", /isn't valid UTF-8/],
    "binary" => ["\xff".b, /binary/],
    "binary_that_looks_like_utf8" => ["é".b, /force_encoding/],
    "latin1" => ["é".encode("ISO-8859-1"), /ISO-8859-1: use encode/],
    "utf16" => ["a".encode("UTF-16LE"), /UTF-16LE/],
    "an_integer_key" => [{ 1 => 2 }, /the key 1 is of class Integer/],
    "a_nil_key" => [{ nil => 2 }, /the key nil is of class NilClass/],
    "a_broken_key" => [{ "\xff" => 2 }, /the key .* isn't valid UTF-8/],
    "a_basic_object" => [BasicObject.new, /a BasicObject can't be stored/]
  }.freeze

  REFUSED.each do |name, (value, message)|
    define_method("test_#{name}_is_refused_with_its_path") do
      error = assert_raises(TaskerCore::ValidationError) { Payload.dump({ "items" => [0, { "price" => value }] }) }

      assert_kind_of ArgumentError, error
      assert_match message, error.message
      assert_includes error.message, "payload.items[1].price"
      assert_equal "payload.items[1].price", error.errors.first["path"]
    end
  end

  def test_a_basic_object_by_itself_is_refused_too
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump(BasicObject.new, root: "result") }

    assert_match(/result: a BasicObject can't be stored/, error.message)
  end

  def test_a_key_that_is_there_as_symbol_and_string_is_refused
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump({ "x" => { "a" => 1, :a => 2 } }) }

    assert_match(/payload\.x\.a: the key is there twice/, error.message)
  end

  def test_a_key_that_is_there_twice_by_identity_is_refused
    hash = {}.compare_by_identity
    hash[+"a"] = 1
    hash[+"a"] = 2

    assert_raises(TaskerCore::ValidationError) { Payload.dump(hash) }
  end

  def test_a_cycle_is_named_as_one
    array = [1]
    array << { "again" => array }
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump({ "list" => array }) }

    assert_match(/payload\.list\[1\]\.again: it contains itself/, error.message)
  end

  def test_the_same_object_in_two_places_is_no_cycle
    shared = [1]

    assert_equal [[1], [1]], Payload.load(Payload.dump([shared, shared]))
  end

  def test_a_hundred_levels_are_taken_and_one_more_is_refused
    deep = (1..100).reduce(1) { |inner, _| [inner] }

    assert_equal deep, Payload.load(Payload.dump(deep))
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump([deep]) }
    assert_match(/nested deeper than 100 levels/, error.message)
  end

  def test_what_is_too_large_is_refused_with_both_numbers
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump("x" * 99, root: "result", limit: 100) }

    assert_match(/result is too large: 101 bytes of JSON, and max_payload_bytes allows 100/, error.message)
    assert_equal 100, Payload.dump("x" * 98, limit: 100).bytesize
  end

  def test_all_problems_are_named_at_once
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump({ a: :b, c: [Float::NAN] }, root: "context") }

    assert_equal %w[context.a context.c[0]], (error.errors.map { |problem| problem["path"] })
  end

  def test_a_key_that_is_no_word_is_quoted_in_the_path
    error = assert_raises(TaskerCore::ValidationError) { Payload.dump({ "a b" => :c }) }

    assert_includes error.message, 'payload["a b"]'
  end

  def test_what_is_loaded_can_be_frozen_to_the_last_leaf
    value = Payload.load('{"a":["b"]}', freeze: true)

    assert_predicate value, :frozen?
    assert_predicate value["a"], :frozen?
    assert_predicate value["a"].first, :frozen?
    refute_predicate Payload.load('{"a":["b"]}'), :frozen?
  end
end
