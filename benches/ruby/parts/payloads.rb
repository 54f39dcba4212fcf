# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # Workflows a second whose input has a size, and whose every step reads the input and returns as much.
  class Payloads < Part
    TITLE = "Payloads"
    SIZES = { "1 KB" => [1_000, 3000], "100 KB" => [100_000, 100] }.freeze
    LINE = 100

    def run
      stand.with_both(processes: 1) do |sites|
        sites.each(&:warm)
        SIZES.each do |name, (bytes, count)|
          payload = { "lines" => Array.new(bytes / LINE) { |at| format("%0#{LINE - 3}d", at) } }
          count = stand.size(count)
          results = stand.turn_about(sites) { |site| site.drain("echo", count, payload) }
          tell("#{Workloads::NAMES["w1"]}, input and each result of #{name}", results)
        end
      end
    end
  end
end
