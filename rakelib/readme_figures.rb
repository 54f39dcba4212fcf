# frozen_string_literal: true

require_relative "bench_results"
require_relative "readme_goals"

# The blocks of figures in README.md, made of the results of the benchmarks, so that no figure is written by hand: the
# figures that a reader wants to see, and how far the goals are reached.
class ReadmeFigures
  # The document has no place for a block.
  class Missing < StandardError; end

  README = File.expand_path("../README.md", __dir__)
  MADE = "made by `rake readme:figures` from benches/results"
  BEGINNING = "<!-- figures: #{MADE} -->\n".freeze
  ENDING = "<!-- end of figures -->\n"
  GOALS_BEGINNING = "<!-- goals: #{MADE} -->\n".freeze
  GOALS_ENDING = "<!-- end of goals -->\n"

  W1 = "W1, a line of 5"
  W2 = "W2, a diamond of 4"
  W3 = "W3, 1→100→1"
  SQLITE = "SQLite file, FULL"
  POSTGRES = "PostgreSQL"
  BOTH = [SQLITE, POSTGRES].freeze

  # Which figures, by the file of results.
  SELECTED = {
    "steady" => [W1, W2, W3].product(BOTH).map { |name, store| "#{name}, submitted before, #{store}: in steps" } +
                BOTH.flat_map do |store|
                  ["#{W1}, submitted in bulk meanwhile, #{store}",
                   "#{W1}, submitted one a call by 8 threads meanwhile, #{store}"]
                end + ["#{W1}, submitted before: PostgreSQL against SQLite"],
    "jobs" => [1, 8].product(BOTH).map do |threads, store|
      "#{W1}, initialize_task and orchestrate_task by #{threads} thread#{"s" if threads > 1}, #{store}"
    end,
    "submits" => ["one a call, 8 threads", "500 a call"].product(BOTH).map do |manner, store|
      "#{manner.end_with?("threads") ? "initialize_task" : "initialize_tasks"}, #{manner}, #{store}"
    end,
    "latency" => BOTH.map { |store| "idle #{W1}, submit to complete, #{store}" } +
                 ["PostgreSQL, LISTEN", "PostgreSQL, polling only", SQLITE].map do |name|
                   "submit to the first step in an idle worker of another process, #{name}"
                 end,
    "processes" => [2, 4].map { |count| "#{W1}, #{POSTGRES}: #{count} processes against 1" } +
                   [2, 4].map do |count|
                     "1→500→1 of 50 ms, 10 threads a process, #{POSTGRES}: how much faster with #{count} processes"
                   end,
    "payloads" => ["1 KB", "100 KB"].product(BOTH).map do |size, store|
      "#{W1}, input and each result of #{size}, #{store}: in steps"
    end,
    "history" => BOTH.map { |store| "#{W1}, #{store}: 1,000,000 steps finished against none" },
    "never_analysed" => ["#{W1}, PostgreSQL and 1,000,000 steps finished: never analysed against analysed"],
    "waiting" => BOTH.map { |store| "#{W1}, 100,000 waiting, #{store}: against 4000 waiting" },
    "statements" => ["#{W1}, submitted before", "#{W1}, orchestrate_task alone"].flat_map do |title|
      %w[statements transactions WAL].map { |what| "#{title}, PostgreSQL: #{what} a step" }
    end,
    "calls" => ["a native call that does nothing", "a round trip to the coordinator, #{SQLITE}"] +
               [5, 500].product(BOTH).map { |steps, store| "get_task_context of #{steps} steps, #{store}" },
    "size" => ["a line", "one to many to one"].map { |shape| "#{shape}, #{SQLITE}: 10,000 steps against 10" }
  }.freeze

  # @param folder [String] where the results are
  def initialize(folder = BenchResults::FOLDER)
    @results = BenchResults.new(folder)
    @goals = ReadmeGoals.new(@results)
  end

  # @return [String] Markdown: a table, and below it what was measured when and on what
  # @raise [BenchResults::Missing]
  def block
    rows = measured.flat_map { |name| SELECTED.fetch(name).map { |what| row(@results.figure(name, what)) } }
    ["| measured | median | spread | |", "|---|---|---|---|", *rows, "", origins.join("\n\n"), ""].join("\n")
  end

  # @param text [String] the document
  # @return [String] the same with the present blocks; that of the goals where there is a place for it
  # @raise [Missing, BenchResults::Missing]
  def put_into(text)
    text = put(text, BEGINNING, block, ENDING)
    text.include?(GOALS_BEGINNING) ? put(text, GOALS_BEGINNING, @goals.block, GOALS_ENDING) : text
  end

  # Writes the present blocks into README.md.
  # @return [void]
  def write
    File.write(README, put_into(File.read(README, encoding: "UTF-8")))
  end

  private

  def put(text, beginning, block, ending)
    before, rest = text.split(beginning, 2)
    _, after = rest&.split(ending, 2)
    raise Missing, "README.md has no place for a block: #{beginning}…\n#{ending}" unless after

    "#{before}#{beginning}#{block}#{ending}#{after}"
  end

  # Those that were measured; what wasn't yet is left out.
  def measured = SELECTED.keys.select { |name| @results[name] }

  def row(figure)
    "| #{figure["what"]} | #{BenchResults.shown(figure["median"])} | #{spread(figure)} | #{figure["unit"]} |"
  end

  # Of thousands of calls the slowest one tells nothing; of five runs it does.
  def spread(figure)
    return "99 % up to #{BenchResults.shown(figure["p99"])}" if figure["p99"]

    "#{BenchResults.shown(figure["lowest"])} to #{BenchResults.shown(figure["highest"])}"
  end

  # Runs on one machine and day are named together.
  def origins
    measured.map { |name| @results[name] }.group_by { |result| machine(result["machine"]) }.map do |machine, group|
      "#{group.map { |result| "`#{result["command"]}`" }.join(", ")}: #{machine}"
    end
  end

  def machine(facts)
    text = "#{facts["taken"]}, #{facts["cpu"]} with #{facts["cores"]} cores, Linux #{facts["kernel"]}, " \
           "#{facts["ruby"][/\Aruby [\d.]+/]}"
    text += ", fdatasync #{facts["fdatasync"]}" if facts["fdatasync"]
    text += ", SQLite #{facts["SQLite"]}, #{facts["durability of SQLite"]}" if facts["SQLite"]
    text += ", PostgreSQL #{facts["PostgreSQL"]}, #{facts["durability of PostgreSQL"]}" if facts["PostgreSQL"]
    "#{text}."
  end
end
