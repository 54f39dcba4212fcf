# frozen_string_literal: true

require_relative "../test_helper"
require_relative "../../examples/etl/sales_report"

# The example in Ruby alone.
class EtlTest < Minitest::Test
  include TestHelper

  def setup
    @folder = Dir.mktmpdir
  end

  def teardown
    FileUtils.remove_entry(@folder)
  end

  def test_the_report_has_the_sums_of_all_rows
    task = run_report("rows" => 300, "seed" => 5)

    assert_equal ["complete", 7], task.values_at("status", "completed_steps")
    assert_equal expected_cents, result_of(task, "load")["cents"]
    report = File.readlines(File.join(@folder, "report.txt"), chomp: true)

    assert_equal expected_cents, report.sum { |line| (line[/[\d.]+(?= EUR)/].to_f * 100).round }
    assert_empty Dir[File.join(@folder, "*.new")]
  end

  def test_each_transform_has_a_quarter_of_the_rows
    task = run_report("rows" => 10)
    counts = (1..4).map { |number| result_of(task, "transform_#{number}")["rows"] }

    assert_equal [3, 3, 2, 2], counts
  end

  def test_the_same_seed_gives_the_same_report
    texts = Array.new(2) { run_report("seed" => 9, "rows" => 50) && File.read(File.join(@folder, "report.txt")) }

    assert_equal 1, texts.uniq.size
  end

  def test_rows_that_are_lost_on_the_way_are_noticed
    task = run_report("rows" => 20) do |coordinator|
      coordinator.register_handler("ETL::Transform") do |step|
        step.config["shard"] == 1 ? { "rows" => 0, "cents_by" => {} } : ETL::Transform.new.call(step)
      end
    end

    assert_equal "error", task["status"]
    assert_match(/20 rows went in, 15 came out/, task["steps"].last["error"]["message"])
  end

  private

  def run_report(context)
    with_coordinator do |coordinator|
      coordinator.register_template(ETL::SalesReport)
      yield coordinator if block_given?
      id = coordinator.initialize_task(namespace: "etl", name: "sales_report",
                                       context: { "folder" => @folder }.merge(context))
      coordinator.orchestrate_task(id)
      coordinator.get_task_context(id)
    end
  end

  def result_of(task, name)
    task["steps"].find { |step| step["name"] == name }["result"]
  end

  # Worked out anew from the rows that were made.
  def expected_cents
    prices = { "tea" => 5, "cup" => 12, "pot" => 39 }
    rates = { "EUR" => 100, "USD" => 92, "GBP" => 117 }
    CSV.read(File.join(@folder, "sales.csv"), headers: true).sum do |row|
      row["quantity"].to_i * prices.fetch(row["product"]) * rates.fetch(row["currency"])
    end
  end
end
