# frozen_string_literal: true

require "json"

module Peers
  # Tells the figures: as a table on the terminal, as Markdown for people and JSON for programs.
  class Report
    FOLDER = File.expand_path("../../results", __dir__)
    TITLE = "Beside what people use"
    COLUMNS = %w[w1 w2 w3 w1_run submits].freeze
    HEADS = ["system", "store", "W1/s", "W2/s", "W3/s", "W1/s, submitted before", "submits/s", "alone, ms"].freeze
    LONG_HEADS = ["system", "store", "durable", "W1", "[steps]", "W2", "W3", "W1, submitted before",
                  "submits, 8 threads", "W1 alone, ms, p50 / p99"].freeze

    def initialize(command, machine, figures)
      @command = command
      @machine = machine.merge("versions" => figures.versions.values.uniq)
      @figures = figures
    end

    def write
      File.write(File.join(FOLDER, "peers.json"), "#{JSON.pretty_generate(as_json)}\n")
      File.write(File.join(FOLDER, "peers.md"), as_markdown)
      puts "written to benches/results/peers.md and .json"
    end

    # @return [String] a line for each system
    def table
      rows = @figures.systems.map do |system|
        [system.name, system.store, *COLUMNS.map { |column| median(system, column) }, idle(system)]
      end
      aligned([HEADS, *rows])
    end

    private

    def as_json
      { "title" => TITLE, "command" => @command, "machine" => @machine, "figures" => @figures.rows,
        "missing" => @figures.missing }
    end

    def as_markdown
      ["# #{TITLE}", "", "`#{@command}`. What is measured and how: [benches/peers](../peers/README.md).", "",
       *facts, "", *overview, "", *ratios, "", *leaves_out, "", *missing, "", *details].join("\n") << "\n"
    end

    def facts
      @machine.map { |name, fact| "- #{name}: #{Array(fact).join("; ")}" }
    end

    def overview
      ["Workflows a second, submitting them counted in; the median of the repetitions.", "",
       "| #{LONG_HEADS.join(" | ")} |", "|#{"---|" * LONG_HEADS.size}",
       *@figures.systems.map { |system| overview_of(system) }]
    end

    def overview_of(system)
      w1, *others = COLUMNS.map { |column| median(system, column) }
      steps = @figures.of(system, "w1")&.then { |row| shown(row["median"] * 5) }
      cells = [system.name, system.store, system.durable ? "yes" : "no", w1, steps, *others, idle(system)]
      "| #{cells.join(" | ")} |"
    end

    # How many times as many workflows this project's own runs, of those that were measured turn about with it.
    def ratios
      own = @figures.systems.select(&:own?)
      others = @figures.systems - own
      return [] if [own, others].any?(&:empty?)

      header = own.flat_map { |system| %w[W1 W2 W3].map { |name| "#{name}, #{system.store}" } }
      ["How many times as many workflows a second tasker_core runs:", "",
       "| against | store | #{header.join(" | ")} |", "|---|---|#{"---|" * header.size}",
       *others.map { |other| "| #{[other.name, other.store, *times_of(own, other)].join(" | ")} |" }]
    end

    def times_of(own, other) = own.flat_map { |one| times(one, other) }

    def times(one, other)
      %w[w1 w2 w3].map do |workload|
        ours, theirs = [one, other].map { |system| @figures.of(system, workload) }
        ours && theirs ? shown(ours["median"] / theirs["median"]) : ""
      end
    end

    def leaves_out
      ["What each leaves out of what tasker_core promises:", "",
       *@figures.systems.group_by(&:leaves_out).map do |text, systems|
         "- #{systems.map(&:to_s).join("; ")}: #{text}"
       end]
    end

    def missing
      return [] if @figures.missing.empty?

      ["Not measured:", "", *@figures.missing.map { |each| "- #{each["system"]}: #{each["why"]}" }]
    end

    def details
      ["| what | median | lowest | highest | p99 | unit | repetitions |", "|---|---|---|---|---|---|---|",
       *@figures.rows.map do |row|
         figures = %w[median lowest highest p99].map { |key| row[key] && shown(row[key]) }
         "| #{[row["what"], *figures, row["unit"], row["repetitions"]].join(" | ")} |"
       end]
    end

    def median(system, workload) = @figures.of(system, workload)&.then { |row| shown(row["median"]) }

    def idle(system)
      row = @figures.of(system, "idle") or return
      row.values_at("median", "p99").compact.map { |each| shown(each) }.join(" / ")
    end

    def shown(number) = number >= 100 ? number.round.to_s : format("%.3g", number)

    def aligned(rows)
      widths = rows.transpose.map { |column| column.map { |cell| cell.to_s.size }.max }
      rows.map { |row| row.zip(widths).map { |cell, width| cell.to_s.ljust(width) }.join("  ").rstrip }.join("\n")
    end
  end
end
