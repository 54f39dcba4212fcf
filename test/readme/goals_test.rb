# frozen_string_literal: true

require "minitest/autorun"
require_relative "results"

# The table of goals is made of what was measured.
class ReadmeGoalsTest < Minitest::Test
  include Results

  def test_goal_is_reached_only_by_what_is_over_it_or_not_above_it
    assert_equal %w[40,000 no], measured("steady", 40_000)["steps a second, W1, SQLite `synchronous=FULL`"]
    assert_equal %w[40,001 yes], measured("steady", 40_001)["steps a second, W1, SQLite `synchronous=FULL`"]
    assert_equal %w[3 yes], measured("latency", 3)["idle W1, submit to complete, median ms, PostgreSQL"]
    assert_equal %w[3.01 no], measured("latency", 3.01)["idle W1, submit to complete, median ms, PostgreSQL"]
  end

  def test_what_was_not_measured_yet_is_left_out
    assert_equal ["1,000 coordinators made, used, dropped, MiB of growth", "threads that they leave",
                  "files and connections that they leave"], measured("memory", 1).keys
  end

  # More of these is better, and those of the same run are compared: the library's own there, not the measured 99.
  def test_rate_is_compared_with_the_best_that_is_as_durable_on_the_same_kind_of_database
    peers = [peer("tasker_core", "SQLite FULL", "w1_run", 6000), peer("by hand", "SQLite FULL", "w1_run", 4000),
             peer("slow", "SQLite FULL", "w1_run", 70), peer("by hand", "PostgreSQL", "w1_run", 5000),
             peer("lossy", "SQLite NORMAL", "w1_run", 8000, durable: false)]
    assert_equal ["by hand: 20,000 steps/s", "1.5"], compared("steady", 99, peers).first
  end

  # Slow spells of the machine meet both of a round.
  def test_rounds_in_which_both_had_a_turn_are_compared_where_they_are_known
    peers = [peer("tasker_core", "PostgreSQL", "w1_run", 6000), peer("other", "its own log", "w1_run", 4000)]
    ratio = { "of" => "tasker_core, PostgreSQL", "against" => "other, its own log", "workload" => "w1_run",
              "median" => 1.25 }
    files = { "steady" => goal_results("steady", 99), "peers" => peer_results(*peers).merge("ratios" => [ratio]) }
    assert_equal ["other, its own log: 20,000 steps/s", "1.25"], rows(files)[1].last(2)
  end

  # Less of these is better.
  def test_time_is_compared_with_the_shortest
    peers = [peer("tasker_core", "SQLite FULL", "idle", 2), peer("slow", "SQLite FULL", "idle", 11),
             peer("quick", "SQLite FULL", "idle", 1)]
    assert_equal ["quick: 1 ms", "0.5"], compared("latency", 99, peers).first
  end

  def test_what_was_submitted_before_is_compared_where_others_can_do_that
    peers = %w[w1 w1_run].product(%w[tasker_core other]).map { |name, who| peer(who, "SQLite FULL", name, 100) }
    peers[3][:median] = 50
    assert_equal ["other: 250 steps/s", "2"], compared("steady", 99, peers).first
    assert_equal ["other: 500 steps/s", "1"], compared("steady", 99, peers.first(3)).first
  end

  def test_nothing_is_compared_where_the_library_was_not_measured_beside_the_others
    peers = [peer("quick", "SQLite FULL", "idle", 1)]
    assert_equal ["", ""], compared("latency", 99, peers).first
  end

  private

  # What was measured and whether it is enough, by the goal.
  def measured(file, median)
    rows(file => goal_results(file, median)).to_h { |what, _, *rest| [what, rest.first(2)] }
  end

  # The last two cells of each row.
  def compared(file, median, peers)
    rows(file => goal_results(file, median), "peers" => peer_results(*peers)).map { |cells| cells.last(2) }
  end

  def rows(files)
    table = with_results(files) { |folder| ReadmeGoals.new(BenchResults.new(folder)).block }
    table.lines.drop(2).map { |line| line.delete_prefix("| ").delete_suffix(" |\n").split(" | ", -1) }
  end

  def peer(system, store, workload, median, durable: true)
    { system:, store:, workload:, median:, durable:, unit: workload == "idle" ? "ms" : "workflows/s" }
  end
end
