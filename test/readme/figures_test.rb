# frozen_string_literal: true

require "json"
require "minitest/autorun"
require "tmpdir"
require_relative "document"
require_relative "../../rakelib/readme_figures"

# The figures of README.md are those of benches/results.
class ReadmeFiguresTest < Minitest::Test
  def test_document_has_the_present_figures
    assert_equal ReadmeFigures.new.put_into(Document::TEXT), Document::TEXT, "run `rake readme:figures`"
  end

  def test_block_shows_what_was_measured_where
    block = with_results("size" => results("µs/step", 1.2345, 0.9, 1234.4), &:block)
    assert_includes block, "| a line: 10,000 steps against 10 | 1.23 | 0.9 to 1,234 | µs/step |"
    assert_includes block, "`ruby bench.rb`: 2030-01-31, a cpu with 2 cores, Linux 6.1, ruby 3.1.2."
  end

  def test_results_that_changed_change_the_document_and_nothing_else
    text = "before\n#{ReadmeFigures::BEGINNING}old\n#{ReadmeFigures::ENDING}after\n"
    with_results("size" => results("times", 1.0, 0.9, 1.1)) do |figures|
      changed = figures.put_into(text)
      assert_match(/\Abefore\n.*\| 1 \|.*after\n\z/m, changed)
      refute_includes changed, "old"
      assert_equal changed, figures.put_into(changed)
    end
  end

  def test_figure_that_is_gone_from_the_results_is_named
    error = assert_raises(ReadmeFigures::Missing) do
      with_results("calls" => results("µs", 1, 1, 1), &:block)
    end
    assert_match(/calls.json has no figure "a native call/, error.message)
  end

  def test_document_without_a_place_is_refused
    assert_raises(ReadmeFigures::Missing) { ReadmeFigures.new.put_into("nothing") }
  end

  private

  def results(unit, median, lowest, highest)
    figures = ReadmeFigures::SELECTED.fetch("size").map do |what|
      { "what" => what, "unit" => unit, "median" => median, "lowest" => lowest, "highest" => highest }
    end
    machine = { "taken" => "2030-01-31", "ruby" => "ruby 3.1.2p20 (2022)", "cores" => 2, "cpu" => "a cpu",
                "kernel" => "6.1", "load before" => "0.1" }
    { "command" => "ruby bench.rb", "machine" => machine, "figures" => figures }
  end

  def with_results(files)
    Dir.mktmpdir do |folder|
      files.each { |name, content| File.write(File.join(folder, "#{name}.json"), JSON.generate(content)) }
      yield ReadmeFigures.new(folder)
    end
  end
end
