# frozen_string_literal: true

require "minitest/autorun"
require "stringio"
require "tmpdir"
require_relative "../../benches/ruby/support/report"

# What the benchmarks write is what they measured.
class BenchReportTest < Minitest::Test
  def test_sample_comes_to_its_median_and_its_ends
    row = Benches::Sample.new([3, 1, 2]).to_h
    assert_equal({ "median" => 2, "lowest" => 1, "highest" => 3, "repetitions" => 3 }, row)
  end

  def test_sample_of_a_hundred_has_its_slowest_in_a_hundred
    row = Benches::Sample.new((1..100).to_a.shuffle).to_h
    assert_equal 99, row["p99"]
    assert_raises(ArgumentError) { Benches::Sample.new([]) }
  end

  def test_ratio_is_of_what_was_measured_turn_about
    rows = written { |report| report.add_ratio("faster", [6.0, 9.0, 2.0], [3.0, 3.0, 2.0]) }.fetch("figures")
    assert_equal [[2.0, 1.0, 3.0]], rows.map { |row| row.values_at("median", "lowest", "highest") }
  end

  def test_figures_and_costs_are_written_for_programs
    told = written { |report| add_both(report) }
    assert_equal({ "os" => "one" }, told["machine"])
    assert_equal %w[speed steps/s w1], told["figures"].first.values_at("what", "unit", "workload")
    assert_equal ["speed", "CPU: Ruby", 5], told["costs"].first.values_at("what", "cost", "median")
  end

  def test_figures_and_costs_are_written_for_people
    text = markdown { |report| add_both(report) }
    assert_includes text, "- os: one\n"
    assert_includes text, "| speed | 1000 | 900 | 1100 |  | steps/s | 3 |"
    assert_includes text, "Of each task, with the lowest"
    assert_includes text, "| what | CPU: Ruby, µs |\n|---|---|\n| speed | 5 (4 to 6) |"
  end

  def test_nothing_is_written_without_a_folder
    Dir.mktmpdir { |folder| Dir.chdir(folder) { report(nil).write } && assert_empty(Dir.children(folder)) }
  end

  private

  def add_both(report)
    report.add("speed", "steps/s", [900, 1000, 1100], workload: "w1")
    report.add_costs("speed", "CPU: Ruby" => ["µs", [4, 5, 6]])
  end

  def report(folder)
    Benches::Report.new("one", "One", "ruby one.rb", facts: { "os" => "one" }, per: "task", folder:,
                                                     output: StringIO.new)
  end

  def written(&) = JSON.parse(file("one.json", &))
  def markdown(&) = file("one.md", &)

  def file(name, &)
    Dir.mktmpdir do |folder|
      report = report(folder).tap(&)
      report.write
      File.read(File.join(folder, name), encoding: "UTF-8")
    end
  end
end
