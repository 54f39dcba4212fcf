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

  def test_block_shows_what_was_measured_where
    block = with_results("size" => results("size", 1.2345, 0.9, 1234.4)) { |folder| ReadmeFigures.new(folder).block }
    assert_includes block, "| a line, SQLite file, FULL: 10,000 steps against 10 | 1.23 | 0.9 to 1,234 | µs |"
    assert_includes block, "`ruby bench.rb`: 2030-01-31, a cpu with 2 cores, Linux 6.1, ruby 3.1.2, fdatasync 90 µs, " \
                           "SQLite 3.0, a WAL, PostgreSQL 15, fsync=on."
  end

  def test_results_that_changed_change_the_document_and_nothing_else
    text = "before\n#{ReadmeFigures::BEGINNING}old\n#{ReadmeFigures::ENDING}after\n"
    with_results("size" => results("size", 1.0, 0.9, 1.1)) do |folder|
      figures = ReadmeFigures.new(folder)
      changed = figures.put_into(text)
      assert_match(/\Abefore\n.*\| 1 \|.*after\n\z/m, changed)
      refute_includes changed, "old"
      assert_equal changed, figures.put_into(changed)
    end
  end

  def test_figure_that_is_gone_from_the_results_is_named
    error = assert_raises(BenchResults::Missing) do
      with_results("calls" => results("size", 1, 1, 1)) { |folder| ReadmeFigures.new(folder).block }
    end
    assert_match(/calls.json has no figure "a native call/, error.message)
  end

  def test_document_without_a_place_is_refused
    with_results("size" => results("size", 1, 1, 1)) do |folder|
      assert_raises(ReadmeFigures::Missing) { ReadmeFigures.new(folder).put_into("nothing") }
    end
  end
end
