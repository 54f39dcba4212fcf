# frozen_string_literal: true

require_relative "boundary_helper"

# What the methods answer when all is well, and when the engine refuses.
class BoundaryAnswersTest < BoundaryTest
  def test_a_call_answers_json_as_utf_8
    answer = open_engine.call("ping", "{}", LONG)

    assert_equal [true, "{}"], answer
    assert_equal Encoding::UTF_8, answer.last.encoding
  end

  def test_a_failure_has_its_kind_a_message_and_a_context_of_json
    answer = open_engine.call("context", '{"task_id":4711}', LONG)

    assert_equal [false, "task_not_found"], answer.first(2)
    assert_match(/4711/, answer[2])
    assert_kind_of Hash, JSON.parse(answer[3])
  end

  def test_an_unknown_kind_and_broken_json_are_failures
    engine = open_engine

    assert_equal false, engine.call("no such kind", "{}", LONG).first
    assert_equal false, engine.call("context", "{", LONG).first
    assert_usable engine
  end

  def test_settings_that_are_wrong_are_a_failure
    assert_equal "configuration_error", failure_of(NATIVE.open('{"database_url":5}', LONG)).first
    assert_equal "configuration_error", failure_of(NATIVE.open("{", LONG)).first
  end

  def test_a_step_is_handed_out_with_all_that_a_worker_needs
    engine = open_engine
    task_id = submit_one(engine)

    task, refused, tasks, steps = value_of(engine.exchange(task_id, 5, 0, [], LONG))

    assert_equal ["in_progress", nil, 1, 0, 0, 1, 0, 0, false], task
    assert_nil refused
    assert_equal [task_id, "{}"], tasks.first.values_at(0, 2)
    step_id, fence, attempt, max_attempts, index, position, deadline_ms, parents = steps.first
    assert_equal [task_id << 16, 1, 0, 0, []], [step_id, attempt, index, position, parents]
    assert_kind_of Integer, fence
    assert_operator max_attempts, :>=, 1
    assert_operator deadline_ms, :>, 0
  end

  def test_a_result_is_handed_in_and_a_second_one_is_refused
    engine = open_engine
    task_id = submit_one(engine)
    step_id, fence = value_of(engine.exchange(task_id, 1, 0, [], LONG)).last.first

    task, refused, = value_of(engine.exchange(task_id, 1, 0, [step_id, fence, 0, '{"ok":1}'], LONG))
    assert_equal ["complete", nil], [task.first, refused]

    _, refused, = value_of(engine.exchange(task_id, 1, 0, [step_id, fence, 0, "{}"], LONG))
    assert_equal [0, "stale_lease"], refused.first.first(2)
    assert_kind_of String, refused.first.last
  end

  def test_steps_are_taken_by_namespace
    engine = open_engine
    task_id = submit_one(engine)

    assert_empty value_of(engine.exchange(["elsewhere", "bound\0ary"], 5, 0, [], LONG)).last
    task, _, tasks, steps = value_of(engine.exchange(%w[elsewhere boundary], 5, 0, [], LONG))

    assert_nil task
    assert_equal [[task_id], 1], [tasks.map(&:first), steps.size]
  end

  def test_an_exchange_of_an_unknown_task_is_a_failure
    assert_equal "task_not_found", failure_of(open_engine.exchange(4711, 1, 0, [], LONG)).first
  end

  def test_no_answer_in_time_is_busy_and_says_that_the_outcome_is_unknown
    engine = open_engine
    kind, message = assert_within(5) { failure_of(wait_in(engine, timeout_ms: 50)) }

    assert_equal "busy", kind
    assert_match(/no answer within 50 ms; the outcome is unknown/, message)
    assert_usable engine
    assert_no_guards_left
  end

  def test_nothing_does_nothing
    assert_nil NATIVE.nothing
  end
end
