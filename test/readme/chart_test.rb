# frozen_string_literal: true

require "minitest/autorun"
require "rexml/document"
require_relative "../../rakelib/readme_chart"
require_relative "results"

# The chart of README.md is made of what was measured.
class ReadmeChartTest < Minitest::Test
  include Results

  PEERS = [["by hand", "PostgreSQL", 2000, true], ["tasker_core", "SQLite FULL", 4000, true],
           ["chains & jobs", "Redis", 1000, false]].freeze

  def test_chart_is_the_present_one
    skip "nothing was measured yet" unless File.exist?(ReadmeChart::PATH)
    assert_equal File.read(ReadmeChart::PATH, encoding: "UTF-8"), ReadmeChart.new.svg, "run `rake readme:chart`"
  end

  def test_bars_are_as_long_as_what_they_stand_for_with_the_longest_first
    bars = drawn("peers" => peers).last(3)
    assert_equal(%w[ours durable lossy], bars.map { |bar| bar.attributes["class"] })
    longest, half, quarter = bars.map { |bar| bar.attributes["width"].to_f }
    assert_in_delta longest / 2, half, 0.1
    assert_in_delta longest / 4, quarter, 0.1
  end

  def test_texts_name_each_system_with_its_number
    texts = text_of(chart("peers" => peers))
    assert_includes texts, "tasker_coreSQLite FULL"
    assert_includes texts, "chains & jobsRedis"
    assert_includes texts, "4,000"
  end

  def test_library_stands_alone_where_nothing_else_was_measured
    rows = [{ "system" => "tasker_core", "store" => "SQLite FULL", "durable" => true, "workload" => "w1",
              "manner" => "submitted before", "unit" => "workflows/s", "median" => 7 }]
    assert_equal(%w[ours], drawn("steady" => { "figures" => rows }).last(1).map { |bar| bar.attributes["class"] })
  end

  def test_no_results_at_all_are_said_to_be_missing
    assert_raises(BenchResults::Missing) { chart({}) }
  end

  private

  def peers
    peer_results(*PEERS.map do |system, store, median, durable|
      { system:, store:, median:, durable:, workload: "w1", unit: "workflows/s" }
    end)
  end

  def chart(files)
    REXML::Document.new(with_results(files) { |folder| ReadmeChart.new(BenchResults.new(folder)).svg })
  end

  def drawn(files) = REXML::XPath.match(chart(files), "//rect")

  def text_of(document)
    REXML::XPath.match(document, "//text").map { |text| REXML::XPath.match(text, ".//text()").map(&:value).join }
  end
end
