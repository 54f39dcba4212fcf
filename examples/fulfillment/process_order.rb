# frozen_string_literal: true

# The handlers of process_order.yml. A handler has `call(step)`; what it returns is the step's result, which is stored
# and given to the steps after it. They are found by their names: nothing has to be registered.
module Fulfillment
  PRICES_IN_CENTS = { "tea" => 499, "cup" => 1_250, "pot" => 3_900 }.freeze

  # Prices the order, or says for good that it can't be taken.
  class ValidateOrder
    def call(step)
      items = step.context["items"]
      check(items, step.config["most_items"])
      lines = items.map { |item| item.merge("cents" => PRICES_IN_CENTS.fetch(item["sku"]) * item["quantity"]) }
      { "lines" => lines, "total_cents" => lines.sum { |line| line["cents"] } }
    end

    private

    def check(items, most)
      unknown = items.map { |item| item["sku"] } - PRICES_IN_CENTS.keys
      if unknown.any?
        # No other attempt could help: the step fails at once, whatever its template says about retries.
        raise TaskerCore::PermanentError.new(
          "we don't sell #{unknown.join(", ")}", error_code: "unknown_sku", context: { "skus" => unknown }
        )
      end
      return if items.sum { |item| item["quantity"] } <= most

      raise TaskerCore::PermanentError.new("more than #{most} items in one order", error_code: "too_many")
    end
  end

  # A payment service as one meets it: now and then it doesn't answer, and a charge that is sent twice is made once, as
  # long as it has the same key.
  class PaymentService
    Unavailable = Class.new(StandardError)

    @charges = {}
    @lock = Mutex.new

    class << self
      def charge(cents, key:)
        @lock.synchronize { @charges[key] ||= { "payment_id" => "pay-#{key}", "cents" => cents } }
      end
    end
  end

  # Charges the customer. Any error but a PermanentError is worth another attempt.
  class ChargePayment
    def call(step)
      if step.attempt <= step.context["payment_outages"]
        raise PaymentService::Unavailable, "the payment service didn't answer"
      end

      # The same key at each attempt: an attempt whose answer got lost doesn't charge twice.
      PaymentService.charge(step.results["validate_order"]["total_cents"], key: step.idempotency_key)
    end
  end

  # Puts the items aside.
  class ReserveInventory
    def call(step)
      lines = step.results["validate_order"]["lines"]
      { "reserved" => lines.to_h { |line| [line["sku"], line["quantity"]] } }
    end
  end

  # Sends what was reserved, once it is paid for.
  class ShipOrder
    def call(step)
      { "parcel" => "P-#{step.context["order_id"]}", "contents" => step.results["reserve_inventory"]["reserved"],
        "paid_with" => step.results["charge_payment"]["payment_id"] }
    end
  end

  # Tells the customer. `result_of` gives the result of any step that came before, not only of a parent.
  class NotifyCustomer
    def call(step)
      total = step.result_of("validate_order")["total_cents"]
      { "to" => step.context["email"],
        "text" => format("Order %<order>d, %<total>.2f EUR, is on its way as %<parcel>s.",
                         order: step.context["order_id"], total: total / 100.0,
                         parcel: step.results["ship_order"]["parcel"]) }
    end
  end
end
