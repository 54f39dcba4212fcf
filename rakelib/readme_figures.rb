# frozen_string_literal: true

require "json"

# The block of figures in README.md, made of the results of the benchmarks, so that no figure is written by hand.
class ReadmeFigures
  # A selected figure is in no results, or the document has no place for the block.
  class Missing < StandardError; end

  ROOT = File.expand_path("..", __dir__)
  README = File.join(ROOT, "README.md")
  BEGINNING = "<!-- figures: made by `rake readme:figures` from benches/results -->\n"
  ENDING = "<!-- end of figures -->\n"

  # Which figures a reader wants to see, by the file of results.
  SELECTED = {
    "workflows" => [
      "W1, a line of 5, a worker of 10 threads, SQLite file, FULL",
      "W1, a line of 5, the same in steps, SQLite file, FULL",
      "W1, a line of 5, orchestrate_task in a loop, SQLite file, FULL",
      "W2, a diamond of 4, a worker of 10 threads, SQLite file, FULL",
      "W3, 1→100→1, a worker of 10 threads, SQLite file, FULL",
      "idle W1, a line of 5, submit to complete, SQLite file, FULL",
      "initialize_task from 8 threads, SQLite file, FULL"
    ],
    "postgres" => [
      "W1, a line of 5, 1 process, PostgreSQL",
      "W1, a line of 5, 2 processes, PostgreSQL",
      "W1, a line of 5, 4 processes, PostgreSQL",
      "W1, a line of 5, 1 process: PostgreSQL against SQLite",
      "W3, 1→100→1, 1 process, PostgreSQL",
      "W3, 1→100→1, 4 processes, PostgreSQL",
      "1→1000→1 of 50 ms, 10 threads a process, 1 process",
      "1→1000→1 of 50 ms, 10 threads a process: how much faster with 2 processes",
      "1→1000→1 of 50 ms, 10 threads a process: how much faster with 4 processes",
      "W1, a line of 5, 4 processes, PostgreSQL: statements a step",
      "W1, a line of 5, 4 processes, PostgreSQL: WAL a step",
      "W1, a line of 5, one task at a time, PostgreSQL: statements a step",
      "W1, a line of 5, one task at a time, PostgreSQL: transactions a step",
      "idle W1, a line of 5, submit to complete, one process, PostgreSQL",
      "initialize_task to its first step in an idle worker of another process, LISTEN",
      "initialize_task to its first step in an idle worker of another process, polling only",
      "initialize_task from 8 threads, PostgreSQL",
      "initialize_tasks, 500 a call, PostgreSQL"
    ],
    "calls" => [
      "a native call that does nothing",
      "a round trip to the coordinator, SQLite file, FULL",
      "get_task_context of 5 steps, SQLite file, FULL",
      "get_task_context of 500 steps, SQLite file, FULL",
      "initialize_task, one thread, SQLite file, FULL"
    ],
    "size" => ["a line: 10,000 steps against 10", "one to many to one: 10,000 steps against 10"]
  }.freeze

  # @param folder [String] where the results are
  def initialize(folder = File.join(ROOT, "benches", "results"))
    @folder = folder
  end

  # @return [String] Markdown: a table, and below it what was measured when and on what
  # @raise [Missing]
  def block
    rows = results.flat_map { |name, result| rows_of(name, result) }
    ["| measured | median | spread | |", "|---|---|---|---|", *rows, "", origins.join("\n\n"), ""].join("\n")
  end

  # @param text [String] the document
  # @return [String] the same with the present block
  # @raise [Missing]
  def put_into(text)
    before, rest = text.split(BEGINNING, 2)
    _, after = rest&.split(ENDING, 2)
    raise Missing, "README.md has no place for the figures: #{BEGINNING}…\n#{ENDING}" unless after

    "#{before}#{BEGINNING}#{block}#{ENDING}#{after}"
  end

  # Writes the present block into README.md.
  # @return [void]
  def write
    File.write(README, put_into(File.read(README, encoding: "UTF-8")))
  end

  private

  # Those that were measured; a file that isn't there yet is left out.
  def results
    SELECTED.keys.to_h { |name| [name, File.join(@folder, "#{name}.json")] }
            .select { |_, path| File.exist?(path) }
            .transform_values { |path| JSON.parse(File.read(path, encoding: "UTF-8")) }
  end

  def rows_of(name, result)
    figures = result.fetch("figures").to_h { |figure| [figure["what"], figure] }
    SELECTED.fetch(name).map do |what|
      figure = figures.fetch(what) { raise Missing, "benches/results/#{name}.json has no figure #{what.inspect}" }
      "| #{what} | #{shown(figure["median"])} | #{spread(figure)} | #{figure["unit"]} |"
    end
  end

  # Of thousands of calls the slowest one tells nothing; of five runs it does.
  def spread(figure)
    return "99 % up to #{shown(figure["p99"])}" if figure["p99"]

    "#{shown(figure["lowest"])} to #{shown(figure["highest"])}"
  end

  # Runs on one machine and day are named together.
  def origins
    results.values.group_by { |result| machine(result["machine"]) }.map do |machine, group|
      "#{group.map { |result| "`#{result["command"]}`" }.join(", ")}: #{machine}"
    end
  end

  def machine(facts)
    ruby = facts["ruby"][/\Aruby [\d.]+/]
    text = "#{facts["taken"]}, #{facts["cpu"]} with #{facts["cores"]} cores, Linux #{facts["kernel"]}, #{ruby}"
    text += ", PostgreSQL #{facts["PostgreSQL"]}, #{facts["durability of PostgreSQL"]}" if facts["PostgreSQL"]
    "#{text}."
  end

  # Three digits are what such a machine can tell.
  def shown(number)
    return number.round.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",") if number >= 100

    format("%.3g", number)
  end
end
