# frozen_string_literal: true

require_relative "bench_results"

# The table of goals: what is to be reached, what was measured, and how it compares with the best of the others that was
# measured in the same run as the library, as durable and on the same kind of store: in a file, or with a server.
class ReadmeGoals
  # What is to be reached.
  #
  # @param what [String] told to the reader
  # @param least [Float, nil] the goal, where more is better
  # @param most [Float, nil] the goal, where less is better
  # @param file [String] of results
  # @param figure [String] of the file
  # @param peers [Array(Array<String>, Regexp), nil] workload of what it is compared with, the best first, and store
  # @param steps [Integer, nil] how many a workflow has, where steps are told and others are measured in workflows
  Goal = Struct.new(:what, :least, :most, :file, :figure, :peers, :steps, keyword_init: true) do
    def told = least ? "over #{BenchResults.shown(least)}" : "up to #{BenchResults.shown(most)}"
    def reached?(figure) = least ? figure > least : figure <= most
    def best(rows) = least ? rows.max_by { |row| row["median"] } : rows.min_by { |row| row["median"] }
  end

  W1 = "W1, a line of 5"
  W3 = "W3, 1→100→1"
  SQLITE = /\ASQLite/
  SERVER = /\A(?!SQLite)/

  GOALS = [
    { what: "steps a second, W1, SQLite `synchronous=FULL`", least: 40_000, file: "steady",
      figure: "#{W1}, submitted before, SQLite file, FULL: in steps", peers: [%w[w1_run w1], SQLITE], steps: 5 },
    { what: "steps a second, W1, PostgreSQL, one process", least: 25_000, file: "steady",
      figure: "#{W1}, submitted before, PostgreSQL: in steps", peers: [%w[w1_run w1], SERVER], steps: 5 },
    { what: "the same on tables never analysed", least: 25_000, file: "history",
      figure: "#{W1}, never analysed, PostgreSQL: in steps" },
    { what: "the same with 1,000,000 finished steps in the tables", least: 25_000, file: "history",
      figure: "#{W1}, 1,000,000 steps finished, PostgreSQL: in steps" },
    { what: "the same with 1,000,000 finished steps, never analysed", least: 25_000, file: "history",
      figure: "#{W1}, never analysed and 1,000,000 steps finished, PostgreSQL: in steps" },
    { what: "W3 a second, SQLite", least: 250, file: "steady",
      figure: "#{W3}, submitted before, SQLite file, FULL", peers: [%w[w3_run w3], SQLITE] },
    { what: "W3 a second, PostgreSQL", least: 250, file: "steady",
      figure: "#{W3}, submitted before, PostgreSQL", peers: [%w[w3_run w3], SERVER] },
    { what: "submits a second, one a call, 8 threads, SQLite", least: 5000, file: "submits",
      figure: "initialize_task, one a call, 8 threads, SQLite file, FULL", peers: [%w[submits], SQLITE] },
    { what: "submits a second, one a call, 8 threads, PostgreSQL", least: 5000, file: "submits",
      figure: "initialize_task, one a call, 8 threads, PostgreSQL", peers: [%w[submits], SERVER] },
    { what: "idle W1, submit to complete, median ms, SQLite", most: 1.5, file: "latency",
      figure: "idle #{W1}, submit to complete, SQLite file, FULL", peers: [%w[idle], SQLITE] },
    { what: "idle W1, submit to complete, median ms, PostgreSQL", most: 3.0, file: "latency",
      figure: "idle #{W1}, submit to complete, PostgreSQL", peers: [%w[idle], SERVER] },
    { what: "a native call that does nothing, median µs", most: 0.2, file: "calls",
      figure: "a native call that does nothing" },
    { what: "a round trip to the coordinator, median µs", most: 30.0, file: "calls",
      figure: "a round trip to the coordinator, SQLite file, FULL" },
    { what: "`get_task_context` of five steps, median µs, SQLite", most: 100.0, file: "calls",
      figure: "get_task_context of 5 steps, SQLite file, FULL" },
    { what: "1,000 coordinators made, used, dropped, MiB of growth", most: 50.0, file: "memory",
      figure: "1,000 coordinators made, used and dropped, SQLite in memory: growth" },
    { what: "threads that they leave", most: 0, file: "memory",
      figure: "1,000 coordinators made, used and dropped, SQLite in memory: threads" },
    { what: "files and connections that they leave", most: 0, file: "memory",
      figure: "1,000 coordinators made, used and dropped, SQLite in memory: files" },
    { what: "a step of a line of 10,000 against one of 10, times", most: 1.5, file: "size",
      figure: "a line, SQLite file, FULL: 10,000 steps against 10" },
    { what: "a step of 1→many→1 of 10,000 against one of 10, times", most: 1.5, file: "size",
      figure: "one to many to one, SQLite file, FULL: 10,000 steps against 10" }
  ].map { |goal| Goal.new(**goal).freeze }.freeze

  HEADS = ["what", "goal", "measured", "reached", "best of the others, as durable",
           "times as good, in one run"].freeze

  # @param results [BenchResults]
  def initialize(results)
    @results = results
  end

  # @return [String] Markdown; what wasn't measured yet is left out, and nothing where nothing was
  # @raise [BenchResults::Missing]
  def block
    rows = GOALS.select { |goal| @results[goal.file] }.map { |goal| cells(goal) }
    return "" if rows.empty?

    [HEADS, ["---"] * HEADS.size, *rows].map { |cells| "| #{cells.join(" | ")} |\n" }.join
  end

  private

  def cells(goal)
    median = @results.figure(goal.file, goal.figure)["median"]
    [goal.what, goal.told, BenchResults.shown(median), goal.reached?(median) ? "yes" : "no", *compared(goal)]
  end

  # By the first workload in which there are the library and others.
  def compared(goal)
    workloads, store = goal.peers || [[], nil]
    both = workloads.filter_map { |workload| best_of_both(goal, workload, store) }.first
    return ["", ""] unless both

    ["#{named(both.last, store)}: #{told(goal, both.last)}", BenchResults.shown(@results.times_as_good(*both))]
  end

  def best_of_both(goal, workload, store)
    rows = @results.peers(workload).select { |row| row["durable"] && store.match?(row["store"].to_s) }
    both = rows.partition { |row| BenchResults.ours?(row) }.map { |some| goal.best(some) }
    both if both.all?
  end

  # A file is a file; of servers there are many.
  def named(row, store) = row.values_at("system", *("store" if store == SERVER)).join(", ")

  def told(goal, row)
    return "#{BenchResults.shown(row["median"] * goal.steps)} steps/s" if goal.steps

    "#{BenchResults.shown(row["median"])} #{row["unit"]}"
  end
end
