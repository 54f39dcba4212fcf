# frozen_string_literal: true

require_relative "figures"

module Peers
  # The figures as a document for people.
  class Markdown
    OVERVIEW = { "W1/s" => "w1", "W2/s" => "w2", "W3/s" => "w3", "W1/s, submitted before" => "w1_run",
                 "submits/s, 8 threads" => "submits", "W1 alone, ms, p50 / p99" => "idle" }.freeze
    RATIOS = { "W1" => "w1", "W2" => "w2", "W3" => "w3", "submits" => "submits", "alone" => "idle" }.freeze
    W1_STEPS = 5

    # @param facts [Hash] of the machine and of what ran on it
    # @param figures [Figures]
    def initialize(title, command, facts, figures)
      @title = title
      @command = command
      @facts = facts
      @figures = figures
    end

    def to_s
      ["# #{@title}", "`#{@command}`. What is measured and how: [benches/peers](../peers/README.md).",
       @facts.map { |name, fact| "- #{name}: #{Array(fact).join("; ")}" }.join("\n"),
       overview, ratios, table(%w[limit median lowest highest unit], limits), conditions, missing,
       details].compact.join("\n\n") << "\n"
    end

    private

    def overview
      rows = @figures.systems.map do |system|
        steps = @figures.of(system, "w1")&.then { |row| Figures.shown(row["median"] * W1_STEPS) }
        [system.name, system.store, system.durable ? "yes" : "no", steps,
         *OVERVIEW.values.map { |column| @figures.told(system, column) }]
      end
      ["Workflows a second, submitting them counted in; medians. Durable: what was acknowledged outlives a killed " \
       "process and a loss of power.", table(["system", "store", "durable", "steps/s of W1", *OVERVIEW.keys], rows)]
        .join("\n\n")
    end

    # Those that were measured turn about with it.
    def ratios
      all = @figures.ratios
      return if all.empty?

      rows = all.group_by { |each| each.values_at("of", "against") }.map do |pair, some|
        [*pair, *RATIOS.values.map { |workload| told(some.find { |each| each["workload"] == workload }) }]
      end
      ["How many times as good tasker_core is: of each round by itself, the median, and from the lowest to the " \
       "highest.", table(["", "against", *RATIOS.keys], rows)].join("\n\n")
    end

    def told(ratio)
      return unless ratio

      median, lowest, highest = ratio.values_at("median", "lowest", "highest").map { |each| Figures.shown(each) }
      lowest == highest ? median : "#{median} (#{lowest} to #{highest})"
    end

    def limits
      @figures.limits.map do |row|
        [row["what"], *row.values_at("median", "lowest", "highest").map { |each| Figures.shown(each) }, row["unit"]]
      end
    end

    def conditions
      rows = @figures.systems.map { |system| [system.to_s, system.settings, system.leaves_out] }
      table(["system", "how it is set", "what it leaves out of what tasker_core does meanwhile"], rows)
    end

    def missing
      return if @figures.missing.empty?

      ["Not measured, or not wholly:\n", *@figures.missing.map { |each| "- #{each["system"]}: #{each["why"]}" }]
        .join("\n")
    end

    def details
      rows = @figures.rows.reject { |row| row["workload"] == Figures::LIMIT }.map do |row|
        figures = row.values_at("median", "lowest", "highest", "p99").map { |each| each && Figures.shown(each) }
        [row["what"], *figures, row["unit"], row["repetitions"]]
      end
      table(%w[what median lowest highest p99 unit repetitions], rows)
    end

    def table(heads, rows)
      [heads, ["---"] * heads.size, *rows].map { |cells| "| #{cells.join(" | ")} |" }.join("\n")
    end
  end
end
