# frozen_string_literal: true

require "csv"
require "fileutils"
require "tasker_core"
require_relative "files"
require_relative "transform"

module ETL
  # Turns a file of sales into a report: extract → four transforms side by side → load → report.
  #
  # The rows stay in files; what the steps hand on is small: paths, counts, sums. Files are there whole or not at all
  # (see {Files}), and a step that is run twice gives the same: so an attempt may die at any moment.
  class SalesReport < TaskerCore::Workflow
    # How many transforms run side by side.
    SHARDS = 4
    CENTS_PER_UNIT = { "EUR" => 100, "USD" => 92, "GBP" => 117 }.freeze
    REGIONS = %w[north east south west].freeze

    namespace "etl"
    version "1.0.0"
    description "Sales by region and product, in EUR"

    input do
      optional :folder, String, default: "tmp/etl"
      optional :rows, Integer, default: 1_000
      optional :seed, Integer, default: 1
    end

    step :extract, timeout: 60

    # A template is made by plain Ruby: a loop makes the fan-out.
    transforms = (1..SHARDS).map do |number|
      step("transform_#{number}", after: :extract, handler: "ETL::Transform", config: { shard: number },
                                  retry: { max_attempts: 3, backoff: :none })
    end

    step :load, after: transforms
    step :report, after: :load

    # Makes the file of sales, as another program would have, and cuts it into shards.
    def extract(step)
      folder = step.context["folder"]
      FileUtils.mkdir_p(folder)
      sales = random_sales(step.context["rows"], Random.new(step.context["seed"]))
      Files.write(File.join(folder, "sales.csv"), [Files::HEADINGS, *sales])
      shards = (1..SHARDS).map do |number|
        rows = sales.each_slice(SHARDS).filter_map { |slice| slice[number - 1] }
        Files.write(File.join(folder, "shard_#{number}.csv"), [Files::HEADINGS, *rows])
      end
      { "rows" => sales.size, "shards" => shards }
    end

    # Brings the parts together: the results of all parents are at hand, by name.
    def load(step)
      parts = step.results.values
      totals = parts.map { |part| part["cents_by"] }.reduce { |sum, part| sum.merge(part) { |_, one, two| one + two } }
      path = File.join(step.context["folder"], "totals.csv")
      Files.write(path, [%w[region_and_product cents], *totals.sort])
      { "path" => path, "rows" => parts.sum { |part| part["rows"] }, "cents" => totals.values.sum }
    end

    # Writes the report, and checks that no row was lost on the way.
    def report(step)
      extracted = step.result_of("extract")["rows"]
      loaded = step.results["load"]["rows"]
      raise TaskerCore::PermanentError, "#{extracted} rows went in, #{loaded} came out" unless extracted == loaded

      path = File.join(step.context["folder"], "report.txt")
      Files.replace(path, lines(step.results["load"]["path"]).join)
      { "path" => path, "total_eur" => step.results["load"]["cents"] / 100.0 }
    end

    private

    def lines(totals)
      CSV.read(totals, headers: true).map { |row| "#{row[0].ljust(16)} #{format("%.2f", row[1].to_i / 100.0)} EUR\n" }
    end

    def random_sales(count, random)
      Array.new(count) do |number|
        [number + 1, REGIONS.sample(random:), %w[tea cup pot].sample(random:), random.rand(1..9),
         CENTS_PER_UNIT.keys.sample(random:)]
      end
    end
  end
end
