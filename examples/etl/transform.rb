# frozen_string_literal: true

require "csv"

module ETL
  # One shard: every sale in EUR, summed by region and product. All four steps of the template share this handler; each
  # knows its shard from its `config`.
  class Transform
    PRICES = { "tea" => 5, "cup" => 12, "pot" => 39 }.freeze

    def call(step)
      path = step.results["extract"]["shards"][step.config["shard"] - 1]
      sums = Hash.new(0)
      rows = CSV.read(path, headers: true)
      rows.each { |row| sums["#{row["region"]} #{row["product"]}"] += cents(row) }
      { "rows" => rows.size, "cents_by" => sums }
    end

    private

    def cents(row)
      row["quantity"].to_i * PRICES.fetch(row["product"]) * SalesReport::CENTS_PER_UNIT.fetch(row["currency"])
    end
  end
end
