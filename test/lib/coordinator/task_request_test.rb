# frozen_string_literal: true

require_relative "../../test_helper"
require "date"

class TaskRequestTest < Minitest::Test
  CONFIG = TaskerCore::Configuration.load({ max_payload_bytes: 1000 }, env: {})

  def json(request)
    JSON.parse(TaskerCore::Coordinator::TaskRequest.new(request, CONFIG).json)
  end

  def refusal(request, error = TaskerCore::ValidationError)
    assert_raises(error) { json(request) }.message
  end

  def test_both_vocabularies_say_the_same
    expected = { "namespace" => "a", "name" => "b", "context" => { "c" => 1 } }

    assert_equal expected, json({ "namespace" => "a", "task_name" => "b", "payload" => { "c" => 1 } })
    assert_equal expected, json({ namespace: :a, name: :b, context: { c: 1 } })
  end

  def test_namespace_and_context_may_be_left_out
    assert_equal({ "namespace" => "default", "name" => "b", "context" => {} }, json({ name: "b" }))
    assert_equal({ "namespace" => "default", "name" => "b", "context" => {} },
                 json({ name: "b", context: nil, version: nil }))
  end

  def test_the_context_goes_in_as_exact_text
    request = TaskerCore::Coordinator::TaskRequest.new({ name: "b", context: { z: 2**100, a: 1.0 } }, CONFIG)

    assert_includes request.json, "\"context\":{\"z\":#{2**100},\"a\":1.0}"
  end

  def test_everything_that_a_request_may_have_is_passed_on
    request = {
      "name" => "b", "version" => 1.5, "priority" => -3, "idempotency_key" => "k", "run_at" => Time.at(5),
      "initiator" => "i", "source_system" => "s", "reason" => "r", "tags" => ["x", :y], "correlation_id" => "c",
      "bypass_steps" => [:d]
    }

    assert_equal({ "namespace" => "default", "name" => "b", "version" => "1.5", "priority" => -3,
                   "idempotency_key" => "k", "run_at" => 5000, "initiator" => "i", "source_system" => "s",
                   "reason" => "r", "tags" => %w[x y], "correlation_id" => "c", "bypass_steps" => %w[d],
                   "context" => {} }, json(request))
  end

  def test_an_unknown_key_is_refused_with_the_nearest_right_one
    assert_match(/:nam: unknown key; did you mean "name"\?/, refusal({ nam: "b" }))
    assert_match(/"zzz": unknown key; the keys are name, namespace/, refusal({ "name" => "b", "zzz" => 1 }))
  end

  def test_a_missing_name_is_refused
    assert_match(/name: it is missing/, refusal({ namespace: "a" }))
    assert_match(/name: it is missing/, refusal({ name: nil }))
  end

  def test_a_name_that_is_given_twice_must_be_the_same
    assert_equal "b", json({ name: "b", task_name: "b" })["name"]
    assert_match(/name: it is given twice/, refusal({ name: "b", task_name: "c" }))
  end

  WRONG_TYPES = {
    name: 1, namespace: [], version: [], context: "text", priority: "1", idempotency_key: 1, run_at: [],
    initiator: :a, tags: "a", bypass_steps: [1]
  }.freeze

  WRONG_TYPES.each do |key, value|
    define_method("test_a_#{value.class}_for_#{key}_is_a_type_error_that_names_it") do
      message = refusal({ name: "b" }.merge(key => value), TypeError)

      assert_match(/#{key == :context ? "payload" : key}/, message)
      assert_match(/got #{value.is_a?(Array) && key == :bypass_steps ? "Integer 1" : value.class}/, message)
    end
  end

  def test_a_date_is_no_time
    assert_match(/run_at must be a Time.*got Date/, refusal({ name: "b", run_at: Date.new(2024, 1, 1) }, TypeError))
    assert_match(/run_at: "soon" isn't a time that can be kept.*ISO 8601/, refusal({ name: "b", run_at: "soon" }))
  end

  def test_a_time_beyond_what_can_be_kept_is_refused
    [1e300, 10**30, -Float::INFINITY].each do |time|
      assert_match(/run_at: .* isn't a time that can be kept/, refusal({ name: "b", run_at: time }))
    end
  end

  def test_an_empty_idempotency_key_is_refused
    assert_match(/idempotency_key: it is empty/, refusal({ name: "b", idempotency_key: "" }))
  end

  def test_text_that_is_not_utf8_is_refused
    assert_match(/reason: the text isn't valid UTF-8/, refusal({ name: "b", reason: "\xff" }))
  end

  def test_a_priority_out_of_range_is_refused
    assert_match(/priority is out of range/, refusal({ name: "b", priority: 2**40 }))
  end

  def test_a_context_that_is_too_large_is_refused
    assert_match(/payload is too large/, refusal({ name: "b", context: { "a" => "x" * 1000 } }))
  end

  def test_what_is_no_hash_is_a_type_error
    assert_match(/a request must be a Hash, got String "b"/, refusal("b", TypeError))
  end
end
