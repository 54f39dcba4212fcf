# frozen_string_literal: true

require "minitest/autorun"
require "tmpdir"
require_relative "../../benches/peers/support/catalogue"
require_relative "../../benches/peers/support/figures"
require_relative "../../benches/peers/support/report"
require_relative "../../rakelib/readme_goals"

# What `rake bench:peers` tells of what it has measured, and what README makes of it.
class ReadmePeersTest < Minitest::Test
  ROUNDS = 3

  def setup
    @figures = Peers::Figures.new(ROUNDS)
    @ours = system("tasker_core_sqlite")
    @theirs = system("dbos_sqlite")
    [@ours, @theirs].each { |each| @figures.version(each, each.name) }
  end

  # The machine was three times as slow in the last round: the ratio of the medians would be 40.
  def test_ratio_is_of_each_round_by_itself
    add(@ours, "w1", 100, 120, 40)
    add(@theirs, "w1", 2, 4, 1)
    ratio = @figures.ratios.find { |each| each["workload"] == "w1" }
    assert_equal [40, 30, 50], ratio.values_at("median", "lowest", "highest")
  end

  def test_ratio_of_times_says_how_much_shorter_ours_is
    add(@ours, "idle", *[2.0] * 120)
    add(@theirs, "idle", *[11.0] * 120)
    assert_equal [5.5], @figures.ratios.map { |each| each["median"] }
  end

  def test_what_failed_in_a_round_has_no_figure_and_is_named
    add(@ours, "w3", 1, 2, 3)
    add(@theirs, "w3", 1, 2)
    capture_io { @figures.failed(@theirs, "99 of 100 have been completed") }
    assert_nil @figures.of(@theirs, "w3")
    assert_empty @figures.ratios
    assert_equal [{ "system" => "DBOS Python, SQLite file, FULL", "why" => "99 of 100 have been completed" }],
                 @figures.missing
  end

  # A PostgreSQL isn't beside the point of somebody who keeps files, but not what is compared here.
  def test_files_are_compared_with_files_and_what_has_its_own_store_with_both
    sqlite, postgres, redis = %w[sqlite_steps postgres_steps sidekiq].map { |key| system(key) }
    assert @ours.comparable?(sqlite)
    refute @ours.comparable?(postgres)
    assert @ours.comparable?(redis)
    assert system("tasker_core_postgres").comparable?(redis)
  end

  def test_goals_are_compared_with_what_it_has_written
    add(@ours, "w1", 8000, 8100, 8200)
    add(@theirs, "w1", 80, 81, 82)
    goals = with_written do |folder|
      File.write(File.join(folder, "steady.json"), JSON.generate("figures" => steady))
      ReadmeGoals.new(BenchResults.new(folder)).block
    end
    assert_match(/synchronous=FULL.*\| DBOS Python: 405 steps.s \| 100 \|$/, goals)
  end

  def test_document_says_how_each_is_set_what_it_leaves_out_and_who_is_missing
    [@ours, @theirs].each { |each| add(each, "w1", 1, 2, 3) }
    capture_io { @figures.not_at_hand("Gush", "no registry has it") }
    document = with_written { |folder| File.read(File.join(folder, "peers.md"), encoding: "UTF-8") }
    [@ours, @theirs].each { |each| assert_includes document, "| #{each} | #{each.settings} | #{each.leaves_out} |" }
    assert_includes document, "- Gush: no registry has it"
  end

  private

  def system(key) = Peers::SYSTEMS.find { |each| each.key == key }

  def add(system, workload, *samples) = @figures.add(system, workload, samples)

  def with_written
    Dir.mktmpdir do |folder|
      Peers::Report.new("rake bench:peers", { "cores" => 2 }, @figures).write(folder)
      yield folder
    end
  end

  def steady
    ReadmeGoals::GOALS.select { |goal| goal.file == "steady" }.map do |goal|
      { "what" => goal.figure, "median" => 41_000 }
    end
  end
end
