# frozen_string_literal: true

require_relative "../test_helper"
require_relative "../../examples/fulfillment/process_order"

# The example that one meets first.
class FulfillmentTest < Minitest::Test
  include TestHelper

  TEMPLATE = File.expand_path("../../examples/fulfillment/process_order.yml", __dir__)

  def test_an_order_goes_through_with_two_failed_payments
    task = run_order("order_id" => 12_345)
    steps = task["steps"].to_h { |step| [step["name"], step] }

    assert_equal "complete", task["status"]
    assert_equal [1, 3, 1, 1, 1], (steps.values.map { |step| step["attempts"] })
    assert_equal 2_248, steps["charge_payment"]["result"]["cents"]
    assert_equal steps["charge_payment"]["result"]["payment_id"], steps["ship_order"]["result"]["paid_with"]
    assert_equal "Order 12345, 22.48 EUR, is on its way as P-12345.", steps["notify_customer"]["result"]["text"]
  end

  def test_the_schema_fills_in_what_the_order_leaves_out
    context = run_order("order_id" => 1, "payment_outages" => 0)["context"]

    assert_equal [2, "customer@example.com"], [context["items"].size, context["email"]]
  end

  def test_the_default_quantity_is_one
    task = run_order("order_id" => 2, "payment_outages" => 0, "items" => [{ "sku" => "pot" }])

    assert_equal({ "reserved" => { "pot" => 1 } }, result_of(task, "reserve_inventory"))
  end

  def test_what_is_not_sold_fails_at_once_and_for_good
    task = run_order("order_id" => 1, "items" => [{ "sku" => "yacht" }])
    step = task["steps"].first

    assert_equal ["error", "error", 1], [task["status"], step["status"], step["attempts"]]
    assert_equal ["unknown_sku", { "skus" => ["yacht"] }], step["error"].values_at("error_code", "context")
  end

  def test_an_order_that_is_none_is_refused_with_every_reason
    error = assert_raises(TaskerCore::ValidationError) do
      run_order("order_id" => 0, "items" => [{ "quantity" => 0 }], "note" => "hello")
    end

    assert_operator error.errors.size, :>=, 3, error.message
  end

  def test_a_payment_that_stays_away_fails_the_task_and_a_retry_mends_it
    with_orders do |coordinator|
      id = submit(coordinator, "order_id" => 1, "payment_outages" => 3)

      assert_equal "error", coordinator.orchestrate_task(id, wait_for_retries: true).status
      coordinator.register_handler("Fulfillment::ChargePayment") { { "payment_id" => "by hand" } }
      coordinator.retry_step(id, "charge_payment")

      assert_equal "complete", coordinator.orchestrate_task(id).status
      assert_equal "by hand", result_of(coordinator.get_task_context(id), "ship_order")["paid_with"]
    end
  end

  private

  def with_orders
    with_coordinator("sqlite::memory:", environment: "test") do |coordinator|
      coordinator.register_template(TEMPLATE)
      yield coordinator
    end
  end

  def submit(coordinator, context)
    coordinator.initialize_task(namespace: "fulfillment", name: "process_order", context:).task_id
  end

  def run_order(context)
    with_orders do |coordinator|
      id = submit(coordinator, context)
      coordinator.orchestrate_task(id, wait_for_retries: true)
      coordinator.get_task_context(id)
    end
  end

  def result_of(task, name)
    task["steps"].find { |step| step["name"] == name }["result"]
  end
end
