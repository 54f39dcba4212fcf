# frozen_string_literal: true

require "minitest/autorun"
require "json"
require "open3"
require "rbconfig"
require "tmpdir"
require_relative "repository"
require Repository.path("benches/gate/callgrind")

# The gate has to close when a step costs more, and only then.
class BenchGateTest < Minitest::Test
  COMMITTED = Repository.path("benches/gate/figures.json")
  NAMES = {
    %w[SQLite batch instructions] => "SQLite, batch: instructions",
    ["SQLite", "alone", "bytes written"] => "SQLite, alone: bytes written",
    ["PostgreSQL", "alone", "round trips"] => "PostgreSQL, alone: round trips"
  }.freeze

  def test_is_open_for_what_is_committed
    output, status = gate { nil }
    assert_predicate status, :success?, output
    assert_match(/^bench:gate is open/, output)
  end

  def test_closes_with_the_name_of_a_figure_that_rose
    NAMES.each do |key, name|
      output, status = gate { |committed, _| change(committed, *key) { |figure| figure / 1.06 } }
      assert_equal 1, status.exitstatus, output
      assert_match(/^#{name} .* \+6\.0 %  RISEN$/, output)
      assert_match(/^bench:gate is closed by #{name}\./, output)
    end
  end

  def test_bears_five_percent
    output, status = gate { |committed, _| each_figure(committed) { |figure| figure / 1.049 } }
    assert_predicate status, :success?, output
    refute_match(/RISEN/, output)
  end

  def test_says_that_a_figure_that_fell_is_to_be_renewed_and_is_open
    NAMES.each do |key, name|
      output, status = gate { |committed, _| change(committed, *key) { |figure| figure * 1.06 } }
      assert_predicate status, :success?, output
      assert_match(/^fallen by over 5 %: #{name}\. .*rake bench:gate:accept$/, output)
    end
  end

  def test_closes_where_a_figure_was_not_measured_or_not_committed
    output, status = gate { |committed, _| committed.tap { |figures| costs(figures)["SQLite"].delete("fan") } }
    assert_equal 1, status.exitstatus, output
    assert_match(/^SQLite, fan: statements .*NOT COMMITTED$/, output)

    output, status = gate { |_, measured| costs(measured)["SQLite"].delete("fan") }
    assert_equal 1, status.exitstatus, output
    assert_match(/^SQLite, fan: statements .*NOT MEASURED$/, output)
  end

  def test_another_compiler_changes_instructions_and_not_statements
    output, status = gate do |committed, _|
      committed["platform"]["rustc"] = "1.0.0"
      each_figure(committed) { |figure| figure / 1.06 }
    end
    assert_equal 1, status.exitstatus, output
    assert_match(/^SQLite, batch: instructions .*not compared$/, output)
    assert_match(/^SQLite, batch: statements .*RISEN$/, output)
    assert_match(/^rustc is \S+ here, and was 1\.0\.0: /, output)
  end

  def test_accepting_writes_figures_that_open_the_gate
    Dir.mktmpdir do |folder|
      file = File.join(folder, "figures.json")
      output, status = Open3.capture2e(*command("--accept", "--committed", file, "--measured", COMMITTED))
      assert_predicate status, :success?, output
      assert_equal JSON.parse(File.read(COMMITTED)), JSON.parse(File.read(file))
    end
  end

  def test_valgrind_that_is_missing_is_named_with_the_way_to_get_it
    command = [RbConfig.ruby, "-r", Repository.path("benches/gate/callgrind"), "-e",
               "Gate::Callgrind.new(nil).run(nil)"]
    output, status = Open3.capture2e({ "PATH" => "/nowhere" }, *command)
    refute_predicate status, :success?
    assert_match(/valgrind is missing: bin.setup installs it \(Gate::Failure\)/, output)
  end

  # "calls=" is followed by what the function that is called cost, which is told where that function is.
  def test_instructions_are_added_up_for_each_file_and_counted_once
    told = <<~TOLD
      events: Ir
      ob=(1) /bin/gate
      fn=(1) main
      0 10
      cob=(2) /lib/libc.so.6
      cfn=(2) memcpy
      calls=3 0
      0 700
      +5 1
      ob=(2)
      fn=(2)
      0 700
      ob=(1)
      fn=(3) other
      * 100
      totals: 811
    TOLD
    assert_equal({ "/bin/gate" => 111, "/lib/libc.so.6" => 700 }, Gate::Callgrind.new(nil).instructions(told.lines))
  end

  private

  # The gate's words and status for committed figures as the block leaves them, and measured ones as they are committed.
  def gate
    committed, measured = Array.new(2) { JSON.parse(File.read(COMMITTED)) }
    Dir.mktmpdir do |folder|
      yield committed, measured
      files = { "committed" => committed, "measured" => measured }.flat_map do |name, figures|
        file = File.join(folder, name)
        File.write(file, JSON.generate(figures))
        ["--#{name}", file]
      end
      return Open3.capture2e(*command(*files))
    end
  end

  def command(*options) = [RbConfig.ruby, "-w", Repository.path("benches/gate/run.rb"), *options]

  def costs(figures) = figures.fetch("a step costs")

  def change(figures, store, phase, kind)
    kinds = costs(figures).fetch(store).fetch(phase)
    kinds[kind] = yield kinds.fetch(kind)
  end

  def each_figure(figures, &)
    costs(figures).each_value do |phases|
      phases.each_value { |kinds| kinds.transform_values!(&) }
    end
  end
end
