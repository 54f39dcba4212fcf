# frozen_string_literal: true

require_relative "bench_results"

# The table in README.md of what others reach with the same workloads, in the same run as the library.
class ReadmePeers
  COLUMNS = { "w1" => "W1", "w2" => "W2", "w3" => "W3", "submits" => "submits", "idle" => "W1 alone, ms" }.freeze
  HEADS = ["", "kept in", "durable", *COLUMNS.values].freeze

  # @param results [BenchResults]
  def initialize(results)
    @results = results
  end

  # @return [String] Markdown; nothing where nothing was measured yet
  def block
    systems = COLUMNS.keys.flat_map { |workload| @results.peers(workload) }
                     .group_by { |row| row.values_at("system", "store", "durable") }
    return "" if systems.empty?

    rows = systems.map { |system, found| [*system.first(2), system.last ? "yes" : "no", *figures(found)] }
    [HEADS, ["---"] * HEADS.size, *rows].map { |cells| "| #{cells.join(" | ")} |\n" }.join
  end

  private

  def figures(rows)
    COLUMNS.keys.map do |workload|
      row = rows.find { |each| each["workload"] == workload }
      row ? BenchResults.shown(row["median"]) : ""
    end
  end
end
