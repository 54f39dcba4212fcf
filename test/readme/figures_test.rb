# frozen_string_literal: true

require "minitest/autorun"
require_relative "document"
require_relative "results"

# The figures of README.md are those of benches/results.
class ReadmeFiguresTest < Minitest::Test
  include Results

  def test_document_has_the_present_figures
    assert_equal ReadmeFigures.new.put_into(Document::TEXT), Document::TEXT, "run `rake readme:figures`"
  end

  def test_table_has_a_line_for_what_was_measured_with_a_column_for_each_database
    lines = table("size" => results("size", 1.2345, 0.9, 1234.4))
    cell = "1.23 (0.9 to 1,234)"
    assert_equal ["| a step of a line of 10,000 against one of 10 | #{cell} |  | µs |",
                  "| a step of 1→many→1 of 10,000 against one of 10 | #{cell} | #{cell} | µs |"], lines.grep(/ of 10 /)
  end

  def test_table_tells_what_a_measurement_took
    lines = table("steady" => results("steady", 3, 2, 4))
    assert_includes lines, "| W1, a line of 5, submitted before: CPU of the server a step |  | 3 (2 to 4) | µs |"
  end

  def test_table_says_what_was_measured_where
    origin = table("size" => results("size", 1, 1, 1), "calls" => results("calls", 1, 1, 1)).last
    assert_equal "[calls](benches/results/calls.md), [size](benches/results/size.md): 2030-01-31, " \
                 "tasker_core 9.0.0, abc1234, a cpu with 2 cores, load 0.1 before, Linux 6.1, ruby 3.1.2, " \
                 "fdatasync 90 µs, SQLite 3.0, a WAL, PostgreSQL 15, fsync=on.", origin
  end

  def test_block_has_the_chart_and_what_was_measured
    files = { "memory" => goal_results("memory", 1), "size" => results("size", 1, 1, 1),
              "peers" => peer_results({ system: "fast", store: "a file", workload: "w1", median: 2, durable: true }) }
    with_results(files) do |folder|
      block = ReadmeFigures.new(folder).block
      found = ["![", "MiB of growth | up to 50 | 1 | yes", "| fast | a file |", "line of 10,000 against one of 10 |"]
      assert_equal found, block.scan(Regexp.union(found))
    end
  end

  def test_what_was_not_measured_yet_is_not_spoken_of
    with_results({}) { |folder| assert_equal ReadmeFigures::CHART, ReadmeFigures.new(folder).block }
  end

  def test_table_says_when_the_machine_was_busy
    busy = results("size", 1, 1, 1).merge("machine" => Results::MACHINE.merge("load before" => "0.7"))
    assert table("size" => busy).last.end_with?(ReadmeTable::BUSY)
    refute_includes table("size" => results("size", 1, 1, 1)).last, ReadmeTable::BUSY
  end

  def test_results_that_changed_change_the_document_and_nothing_else
    text = "before\n#{ReadmeFigures::BEGINNING}old\n#{ReadmeFigures::ENDING}after\n"
    with_results("memory" => goal_results("memory", 7)) do |folder|
      figures = ReadmeFigures.new(folder)
      changed = figures.put_into(text)
      assert_match(/\Abefore\n.*\| up to 50 \| 7 \| yes \|.*after\n\z/m, changed)
      refute_includes changed, "old"
      assert_equal changed, figures.put_into(changed)
    end
  end

  def test_figure_that_is_gone_from_the_results_is_named
    error = assert_raises(BenchResults::Missing) { table("calls" => results("size", 1, 1, 1)) }
    assert_match(/calls.json has no figure "a round trip/, error.message)
  end

  def test_cost_that_is_gone_from_the_results_is_named
    error = assert_raises(BenchResults::Missing) { table("steady" => results("steady", 1, 1, 1).merge("costs" => [])) }
    assert_match(/steady.json doesn't have "CPU: Ruby" of "W1/, error.message)
  end

  def test_document_without_a_place_is_refused
    with_results("size" => results("size", 1, 1, 1)) do |folder|
      assert_raises(ReadmeFigures::Missing) { ReadmeFigures.new(folder).put_into("nothing") }
    end
  end

  private

  def table(files) = with_results(files) { |folder| ReadmeTable.new(BenchResults.new(folder)).block.lines(chomp: true) }
end
