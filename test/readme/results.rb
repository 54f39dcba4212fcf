# frozen_string_literal: true

require "json"
require "tmpdir"
require_relative "../../rakelib/readme_figures"

# Results of benchmarks as a test wants them, in a folder of their own.
module Results
  MACHINE = { "taken" => "2030-01-31", "tasker_core" => "9.0.0, abc1234", "ruby" => "ruby 3.1.2p20 (2022)",
              "cores" => 2, "cpu" => "a cpu",
              "kernel" => "6.1", "load before" => "0.1", "fdatasync" => "90 µs", "SQLite" => "3.0",
              "durability of SQLite" => "a WAL", "PostgreSQL" => "15", "durability of PostgreSQL" => "fsync=on" }.freeze

  # All that README's table shows of a file, each of the same numbers.
  def results(file, median, lowest, highest)
    lines = ReadmeTable::LINES.select { |line| line.file == file }
    titles = lines.flat_map { |line| line.stores.map { |store| [line, line.what.sub(ReadmeTable::STORE, store)] } }
    costs, figures = titles.partition { |line, _| line.cost }.map do |some|
      some.map do |line, what|
        { "what" => what, "unit" => "µs", **numbers(median, lowest, highest), "cost" => line.cost }.compact
      end
    end
    file_of(figures).merge("costs" => costs)
  end

  # All the figures that goals are set for in a file.
  def goal_results(file, median)
    goals = ReadmeGoals::GOALS.select { |goal| goal.file == file }
    file_of(goals.map { |goal| { "what" => goal.figure, **numbers(median, median, median) } })
  end

  # Figures of the library and of others.
  def peer_results(*rows)
    file_of(rows.map { |row| row.transform_keys(&:to_s) })
  end

  def with_results(files)
    Dir.mktmpdir do |folder|
      files.each { |name, content| File.write(File.join(folder, "#{name}.json"), JSON.generate(content)) }
      yield folder
    end
  end

  private

  def numbers(median, lowest, highest)
    { "median" => median, "lowest" => lowest, "highest" => highest }
  end

  def file_of(figures)
    { "command" => "ruby bench.rb", "machine" => MACHINE, "figures" => figures }
  end
end
