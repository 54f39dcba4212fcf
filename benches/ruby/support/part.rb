# frozen_string_literal: true

require_relative "report"
require_relative "stand"

module Benches
  # A part of the suite: what is measured together, and whose results share a file. Each has a TITLE.
  class Part
    # What costs are told of.
    PER = "step"

    # @param stand [Stand]
    # @param report [Report]
    def initialize(stand, report)
      @stand = stand
      @report = report
    end

    private

    attr_reader :stand, :report

    # Adds rates and costs of measurements that were made turn about.
    # @param title [String] what was measured
    # @param results [Hash{Site => Array<Meter::Measured>}]
    # @param keys [Hash] by which programs find them
    # @yieldparam site [Site]
    # @yieldreturn [String] what tells it from the others
    def tell(title, results, **keys, &called)
      called ||= :title.to_proc
      results.each do |site, measured|
        what = "#{title}, #{called.call(site)}"
        report.add(what, "workflows/s", measured.map(&:rate), **site.keys, **keys)
        report.add("#{what}: in steps", "steps/s", measured.map(&:steps_rate), **site.keys, **keys)
        report.add_costs(what, costs(measured))
      end
    end

    # Adds how many times the rate of the one is that of the other.
    # @param what [String]
    def tell_ratio(what, ones, others)
      report.add_ratio(what, ones.map(&:rate), others.map(&:rate))
    end

    def costs(measured)
      measured.first.costs.to_h do |what, (unit, _)|
        [what, [unit, measured.map { |each| each.costs.fetch(what).last }]]
      end
    end

    # Figures are only what the block gives, in milliseconds or microseconds; the sites have their turns in between.
    # @return [Hash{Site => Array<Float>}]
    def samples(sites, count, rounds: 6)
      each = [stand.size(count, least: 12) / rounds, 1].max
      taken = Array.new(rounds) { sites.map { |site| Array.new(each) { yield site } } }
      sites.zip(taken.transpose.map(&:flatten)).to_h
    end

    def milliseconds(&) = Benches.seconds(&) * 1e3

    def microseconds(&) = Benches.seconds(&) * 1e6
  end
end
