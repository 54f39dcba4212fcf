# frozen_string_literal: true

require_relative "boundary_helper"
require_relative "json_texts"

# JSON becomes Ruby objects in the extension: the same, to the last bit, that JSON.parse makes of it.
class BoundaryObjectsTest < BoundaryTest
  # What the library writes itself, and so must be read without JSON.parse.
  ORDINARY = [
    nil, true, false, 0, -1, 1 << 40, 2**62, -(2**62), 2**70, -(10**30), 0.0, -0.0, 0.1, 1e20, 1.5e-7, 1e200,
    "", "a", "ä€😀", "a\u0000b", "\"\\\n\t\u0001", "x" * 1000,
    [], {}, [[], {}], { "" => 1 }, { "ä" => { "b" => [1, "2", nil, 3.5] } },
    Array.new(100) { |number| { "number" => number, "name" => "n#{number}" } },
    Array.new(300) { |number| ["key #{number}", number] }.to_h, Array.new(40) { |number| [number.to_s * 20, nil] }.to_h
  ].freeze

  # What one of the two readers might take in another way, and JSON.parse therefore gets.
  LEFT_ALONE = [
    "", " ", "NaN", "[NaN]", "Infinity", "-Infinity", "nul", "nulls", "true false", "'a'", "\uFEFF1", "/* */1", "1//c",
    "-", "01", "1.", ".5", "+1", "1e", "1e400", "-1e400", "1e-400", "0.1234567890123456789",
    '"', '"\ud800"', '"\udc00\ud800"', '"\q"', '"\u12g4"', "\"\u0001\"",
    "[", "[1,]", "[1 2]", "{", '{"a"', '{"a":1,}', '{"a" 1}', "{1:2}", "{a:1}", "#{"[" * 101}#{"]" * 101}"
  ].freeze

  SEED = Integer(ENV.fetch("SEED", Random.new_seed & 0xffff_ffff))

  def test_what_the_library_writes_is_read_as_json_parse_reads_it
    ORDINARY.each do |value|
      [JSON.generate(value), JSON.pretty_generate(value)].each do |text|
        [true, false].each { |freeze| assert_same_value JSON.parse(text, freeze:), NATIVE.parse(text, freeze), text }
      end
    end
  end

  def test_what_is_odd_is_given_back_as_it_is
    LEFT_ALONE.each { |text| assert_same text, NATIVE.parse(text, false), text }
  end

  def test_a_text_as_deep_as_json_parse_allows_is_read
    ["#{"[" * 100}#{"]" * 100}", "#{'{"a":' * 100}1#{"}" * 100}"].each do |text|
      assert_same_value JSON.parse(text), NATIVE.parse(text, false), text
    end
  end

  def test_of_a_key_that_is_there_twice_the_last_value_counts
    [3, 20, 50].each do |size|
      pairs = Array.new(size) { |number| "\"k#{number % (size - 1)}\":#{number}" }
      text = "{#{pairs.join(",")}}"
      assert_same_value JSON.parse(text), NATIVE.parse(text, false), text
    end
  end

  def test_random_texts_are_read_as_json_parse_reads_them
    texts = JSONTexts.new(Random.new(SEED))
    read = 0
    3000.times do
      text = texts.text
      read += 1 if agree?(text)
    end
    assert_operator read, :>, 1000, "most of what is valid is to be read here (SEED=#{SEED})"
  end

  def test_what_json_parse_refuses_is_never_read
    texts = JSONTexts.new(Random.new(SEED))
    5_000.times { agree?(texts.broken) }
  end

  def test_random_texts_while_the_collector_runs_at_every_allocation
    texts = JSONTexts.new(Random.new(SEED))
    Array.new(20) { texts.text(3) }.each do |text|
      expected = parsed(text)
      values = stressed { [NATIVE.parse(text, true), NATIVE.parse(text, false)] }
      next if values.first.equal?(text)

      assert_same_value expected, values.last, text
      assert_same_value JSON.parse(text, freeze: true), values.first, text
    end
  end

  def test_random_texts_while_objects_are_moved
    moving do
      texts = JSONTexts.new(Random.new(SEED))
      50.times do
        text = "[#{Array.new(20) { texts.text }.join(",")}]"
        GC.compact
        agree?(text)
      end
    end
  end

  def test_an_answer_is_the_object_that_its_text_describes_with_times
    engine = open_engine
    task_id = finished_task(engine)
    %w[context list templates metrics].each do |kind|
      request = JSON.generate(kind == "list" ? { "limit" => 5 } : { "task_id" => task_id })
      expected = in_answer(kind, JSON.parse(value_of(engine.call(kind, request, LONG)), max_nesting: false))
      assert_same_value expected, value_of(engine.fetch(kind, request, LONG)), kind unless kind == "metrics"
      assert_equal expected.keys, value_of(engine.fetch(kind, request, LONG)).keys
    end
  end

  def test_an_answer_while_the_collector_runs_and_objects_are_moved
    engine = open_engine
    request = JSON.generate("task_id" => finished_task(engine))
    expected = in_answer("context", JSON.parse(value_of(engine.call("context", request, LONG)), max_nesting: false))
    assert_same_value expected, stressed { value_of(engine.fetch("context", request, LONG)) }, "stressed"
    moving do
      3.times do
        GC.compact
        assert_same_value expected, value_of(engine.fetch("context", request, LONG)), "moved"
      end
    end
  end

  def test_times_are_in_utc_and_what_users_store_is_left_alone
    engine = open_engine
    context = value_of(engine.fetch("context", JSON.generate("task_id" => finished_task(engine)), LONG))

    times = [context["created_at"], context["completed_at"], context["steps"].first["started_at"]]
    times.push(*context["history"].map { |event| event["at"] })
    times.each { |time| assert_predicate time, :utc? }
    assert_equal PAYLOAD, context["context"]
    assert_equal PAYLOAD, context["steps"].first["result"]
    assert_nil context["deadline_at"]
  end

  def test_what_the_reader_leaves_alone_comes_as_text
    engine = open_engine
    task_id = finished_task(engine, '{"much":1e400}')
    ok, value, text = engine.fetch("context", JSON.generate("task_id" => task_id), LONG)

    assert_equal [true, nil], [ok, value]
    assert_includes text, '"result":{"much":1e400}'
  end

  def test_a_failure_is_answered_as_by_call
    engine = open_engine

    assert_equal engine.call("context", '{"task_id":4711}', LONG), engine.fetch("context", '{"task_id":4711}', LONG)
    assert_equal false, engine.fetch("no such kind", "{}", LONG).first
    assert_raises(TypeError) { engine.fetch("ping", 5, LONG) }
  end

  def test_a_panic_is_an_answer_or_an_exception
    engine = open_engine
    %w[method wait].each do |site|
      NATIVE.panic(site)
      assert_equal "internal_error", failure_of(silently { engine.fetch("ping", "{}", LONG) }).first
    end
    NATIVE.panic("method")
    assert_raises(RuntimeError) { silently { NATIVE.parse("1", false) } }
    assert_no_guards_left
  end

  def test_arguments_of_parse_are_checked
    assert_raises(TypeError) { NATIVE.parse(nil, false) }
    assert_raises(ArgumentError) { NATIVE.parse("\xff", false) }
    assert_raises(ArgumentError) { NATIVE.parse("1".encode("UTF-16LE"), false) }
  end

  PAYLOAD = { "at" => 5, "created_at" => 6, "steps" => [{ "ready_at" => 7 }], "history" => [{ "at" => 8 }],
              "tasks" => [{ "run_at" => 9 }] }.freeze
  private_constant :PAYLOAD

  private

  def finished_task(engine, result = JSON.generate(PAYLOAD))
    call(engine, "register_template", TEMPLATE)
    task = { "namespace" => "boundary", "name" => "one", "context" => PAYLOAD }
    task_id = call(engine, "submit", { "requests" => [task] }).fetch("tasks").first.fetch("task_id")
    step_id, fence = value_of(engine.exchange(task_id, 1, 0, [], LONG)).last.first
    value_of(engine.exchange(task_id, 0, 0, [step_id, fence, 0, result], LONG))
    task_id
  end

  # Whether the extension reads the text; it then reads it as JSON.parse does.
  def agree?(text)
    value = NATIVE.parse(text, false)
    return false if value.equal?(text)

    assert_same_value parsed(text), value, text
    true
  end

  # Ruby warns of a Float that is out of range.
  def parsed(text)
    verbose = $VERBOSE
    $VERBOSE = nil
    JSON.parse(text)
  rescue JSON::ParserError => e
    e.class
  ensure
    $VERBOSE = verbose
  end

  def assert_same_value(expected, value, text)
    assert_equal exactly(expected), exactly(value), "of #{text[0, 500].inspect} (SEED=#{SEED})"
  end

  # All that there is to see of a value.
  def exactly(value)
    case value
    when Hash then [:hash, value.frozen?, value.map { |key, item| [exactly(key), exactly(item)] }]
    when Array then [:array, value.frozen?, value.map { |item| exactly(item) }]
    when String then [:string, value.frozen?, value.encoding, value.valid_encoding?, value]
    when Float then [:float, [value].pack("G")]
    when Time then [:time, value, value.utc?, value.zone, value.nsec, value.inspect, Marshal.dump(value)]
    else [value.class, value]
    end
  end

  # What the answer to a call is to be, of its text.
  def in_answer(kind, answer)
    tasks = { "context" => [answer], "list" => answer["tasks"] }[kind] || []
    tasks.each do |task|
      moments(task, %w[created_at started_at completed_at run_at next_run_at deadline_at])
      task["steps"]&.each { |step| moments(step, %w[ready_at started_at completed_at deadline_at]) }
      task["history"]&.each { |event| moments(event, %w[at]) }
    end
    answer
  end

  def moments(hash, keys)
    keys.each { |key| hash[key] &&= Time.at(hash[key] / 1000, hash[key] % 1000, :millisecond).utc }
  end

  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  def moving
    before = GC.auto_compact
    GC.auto_compact = true
    yield
  rescue NotImplementedError
    skip "this Ruby can't move objects"
  ensure
    GC.auto_compact = before unless before.nil?
  end
end
