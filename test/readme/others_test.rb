# frozen_string_literal: true

require "minitest/autorun"
require_relative "results"

# What others reach is told as it was measured.
class ReadmeOthersTest < Minitest::Test
  include Results

  def test_each_system_has_a_line_with_what_was_measured_of_it
    lines = block("peers" => peer_results(peer("fast", "w1", 1234.5), peer("fast", "idle", 1.5),
                                          peer("lossy", "w3", 7, durable: false), peer("bare", "limit", 9)))
    assert_equal ["| fast | a file | yes | 1,235 |  |  |  | 1.5 |", "| lossy | a file | no |  |  | 7 |  |  |"],
                 lines.drop(2)
  end

  def test_nothing_is_told_where_nothing_was_measured
    assert_empty block({})
  end

  private

  def peer(system, workload, median, durable: true) = { system:, store: "a file", workload:, median:, durable: }

  def block(files) = with_results(files) { |folder| ReadmePeers.new(BenchResults.new(folder)).block.lines(chomp: true) }
end
