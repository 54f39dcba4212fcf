# frozen_string_literal: true

require_relative "bench_results"

# The table of figures in README.md: a line for each thing that was measured, a column for each database.
class ReadmeTable
  W1 = "W1, a line of 5"
  W2 = "W2, a diamond of 4"
  W3 = "W3, 1→100→1"
  SQLITE = "SQLite file, FULL"
  POSTGRES = "PostgreSQL"
  BOTH = [SQLITE, POSTGRES].freeze
  STORE = "{store}"

  # A line of the table.
  #
  # @param file [String] of results
  # @param what [String] the title of the figure, with {STORE} where the database stands
  # @param label [String] what the reader is told
  # @param stores [Array<String>] of which databases there is such a figure
  # @param cost [String, nil] what is told of the measurement, where that isn't the figure itself
  Line = Struct.new(:file, :what, :label, :stores, :cost)

  # @return [Line]
  def self.line(file, what, label = nil, stores: BOTH, cost: nil)
    label ||= what.sub(/: in steps\z/, "").sub(/(?:, | )?#{Regexp.escape(STORE)}/o, "")
    Line.new(file, what, label, stores, cost).freeze
  end
  private_class_method :line

  DRAINED = "#{W1}, submitted before, #{STORE}".freeze
  SPREAD = "1→200→1 of 50 ms, 10 threads a process"
  AWAY = "submit to the first step in an idle worker of another process"

  SERVER = "CPU: server"
  # What is told of a step's costs, and how.
  COSTS = { "CPU: Ruby" => "CPU of Ruby's threads", "CPU: engine" => "CPU of the engine's threads",
            SERVER => "CPU of the server", "CPU: submitter" => "CPU of the submitter", "commits" => "commits",
            "written" => "written" }.freeze

  LINES = [
    *[W1, W2, W3].map { |name| line("steady", "#{name}, submitted before, #{STORE}: in steps") },
    *["submitted in bulk meanwhile", "submitted one a call by 8 threads meanwhile"].map do |manner|
      line("steady", "#{W1}, #{manner}, #{STORE}: in steps")
    end,
    line("steady", "#{W1}, submitted before, worker in the submitter's process, #{STORE}: in steps"),
    *[2, 4].map do |count|
      line("processes", "#{W1}, #{STORE}: #{count} processes against 1", "#{W1}: #{count} worker processes against 1")
    end,
    *COSTS.map do |cost, words|
      line("steady", DRAINED, "#{W1}, submitted before: #{words} a step", cost:,
                                                                          stores: cost == SERVER ? [POSTGRES] : BOTH)
    end,
    line("statements", "#{W1}, submitted before, #{STORE}: statements a step", stores: [POSTGRES]),
    line("statements", "#{W1}, orchestrate_task alone, #{STORE}: statements a step", stores: [POSTGRES]),
    *["1 thread", "8 threads"].map do |threads|
      line("jobs", "#{W1}, initialize_task and orchestrate_task by #{threads}, #{STORE}")
    end,
    line("submits", "initialize_task, one a call, 8 threads, #{STORE}"),
    line("submits", "initialize_tasks, 500 a call, #{STORE}"),
    line("latency", "idle #{W1}, submit to complete, #{STORE}"),
    line("latency", "#{AWAY}, #{STORE}"),
    line("latency", "#{AWAY}, #{STORE}, polling only", "#{AWAY}, polling only", stores: [POSTGRES]),
    *[2, 4].map do |count|
      line("processes", "#{SPREAD}, #{STORE}: how much faster with #{count} processes", stores: [POSTGRES])
    end,
    *["1 KB", "100 KB"].map { |size| line("payloads", "#{W1}, input and each result of #{size}, #{STORE}: in steps") },
    line("history", "#{W1}, #{STORE}: 1,000,000 steps finished against none"),
    line("history", "#{W1}, #{STORE}: never analysed against none", stores: [POSTGRES]),
    line("history", "#{W1}, #{STORE}: never analysed and 1,000,000 steps finished against none", stores: [POSTGRES]),
    line("waiting", "#{W1}, #{STORE}: 100,000 waiting against 4,000"),
    line("calls", "a round trip to the coordinator, #{STORE}"),
    *[5, 500].map { |steps| line("calls", "get_task_context of #{steps} steps, #{STORE}") },
    line("calls", "initialize_task, 1 thread, #{STORE}"),
    line("size", "a line, #{STORE}: 10,000 steps against 10", "a step of a line of 10,000 against one of 10",
         stores: [SQLITE]),
    line("size", "one to many to one, #{STORE}: 10,000 steps against 10",
         "a step of 1→many→1 of 10,000 against one of 10")
  ].freeze

  # As many processes want a processor at most where a benchmark has the machine for itself.
  QUIET = 0.6
  BUSY = "Others used the machine at the same time: its rates and times are not to be trusted, its counts are."

  HEADS = ["measured", "SQLite, `synchronous=FULL`", "PostgreSQL", ""].freeze

  # @param results [BenchResults]
  def initialize(results)
    @results = results
  end

  # @return [String] Markdown: a table, and below it what was measured when and on what; nothing where nothing was
  # @raise [BenchResults::Missing]
  def block
    lines = LINES.select { |line| @results[line.file] }
    return "" if lines.empty?

    rows = lines.map { |line| cells(line) }
    table = [HEADS, ["---"] * HEADS.size, *rows].map { |cells| "| #{cells.join(" | ")} |\n" }.join
    "#{table}\n#{origins(lines.map(&:file).uniq).join("\n\n")}\n"
  end

  private

  def cells(line)
    found = line.stores.to_h { |store| [store, row(line, store)] }
    [line.label, *BOTH.map { |store| found[store] ? told(found[store]) : "" }, found.values.first["unit"]]
  end

  def row(line, store)
    what = line.what.sub(STORE, store)
    line.cost ? @results.cost(line.file, what, line.cost) : @results.figure(line.file, what)
  end

  # Of thousands of calls the slowest one tells nothing; of three runs it does.
  def told(row)
    median, p99, lowest, highest = %w[median p99 lowest highest].map { |key| row[key] && BenchResults.shown(row[key]) }
    "#{median} (#{p99 ? "99 % up to #{p99}" : "#{lowest} to #{highest}"})"
  end

  # Files of one run are named together.
  def origins(names)
    names.group_by { |name| machine(@results[name]["machine"]) }.map do |machine, group|
      "#{group.map { |name| "[#{name}](benches/results/#{name}.md)" }.join(", ")}: #{machine}"
    end
  end

  def machine(facts)
    parts = [facts["taken"], "tasker_core #{facts["tasker_core"]}", "#{facts["cpu"]} with #{facts["cores"]} cores",
             "load #{facts["load before"]} before", "Linux #{facts["kernel"]}", facts["ruby"][/\Aruby [\d.]+/]]
    { "fdatasync" => "fdatasync", "SQLite" => "SQLite", "PostgreSQL" => "PostgreSQL" }.each do |key, name|
      parts << "#{name} #{facts[key]}" if facts[key]
      durability = facts["durability of #{key}"]
      parts << durability if durability
    end
    "#{parts.join(", ")}.#{" #{BUSY}" if facts["load before"].to_f > QUIET}"
  end
end
