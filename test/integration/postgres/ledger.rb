# frozen_string_literal: true

require "json"

# What the handlers of {Relay} say that they did, held against what the database says.
module Ledger
  # That these tasks are complete, each step once, and was given what the steps before it gave.
  def assert_kept(coordinator, task_ids)
    runs = record.map { |line| JSON.parse(line) }.group_by { |task_id, name,| [task_id, name] }
    task_ids.each do |task_id|
      context = coordinator.get_task_context(task_id)
      assert_equal "complete", context["status"], context.inspect
      context["steps"].each { |step| assert_step_kept(context, step, runs.fetch([task_id, step["name"]])) }
    end
  end

  # That nobody ran a step again once it was recorded: runs of one attempt are at most one.
  def assert_no_repeats
    attempts = record.map { |line| JSON.parse(line).first(3) }

    assert_equal attempts.uniq, attempts
  end

  private

  def assert_step_kept(context, step, runs)
    what = "task #{context["task_id"]} step #{step["name"]}"
    changes = context["history"].select { |event| event["step"] == step["name"] }

    assert_equal "complete", step["status"], what
    assert_equal(1, changes.count { |event| event["to"] == "complete" }, what)
    # The run that was recorded is the last one, and none was begun after it.
    assert_equal step["result"], runs.max_by { |run| run[2] }[3], what
    assert_equal given(context, step), runs.last[4], what
  end

  def given(context, step)
    parents = context["steps"].select { |parent| step["dependencies"].include?(parent["name"]) }
    parents.to_h { |parent| parent.values_at("name", "result") }
  end
end
