# frozen_string_literal: true

require_relative "catalogue"
require_relative "figures"
require_relative "limits"
require_relative "machine"
require_relative "report"
require_relative "sizes"
require_relative "stores"
require_relative "turn"

module Peers
  # One run: rounds in which all systems have their turns, so that a slow spell of the machine meets everybody.
  class Run
    LIMITS = "limits"
    NAMES = [LIMITS, *SYSTEMS.map(&:key)].freeze
    ROUNDS = 3
    # How long one measurement is to take; how many workflows alone are measured in a turn.
    SECONDS = 2.0
    SAMPLES = 40
    # So far another system begins each round: nobody always comes after the same one.
    TURNED_ON = 5

    # @param names [Array<String>] of systems, or how some of them begin; all without
    # @param short [Boolean] for a try
    def initialize(names, short:)
      @all = names.empty?
      @short = short
      @rounds = short ? 1 : ROUNDS
      @wanted = NAMES.select { |known| @all || names.any? { |name| known.start_with?(name) } }
      @figures = Figures.new(@rounds)
    end

    # @return [Boolean] whether all that can be measured here was
    def call
      systems = those_at_hand
      Stores.open do |stores|
        report = Report.new("rake bench:peers", Machine.facts(stores.postgres), @figures)
        measure(stores, systems)
        puts report.limits, "", report.table, ""
        puts "a try: far too short to say anything about speed" if @short
        write(report) if @all && !@short
      end
      @figures.failures.none?
    end

    private

    def seconds = @short ? 0.3 : SECONDS

    # What can't be had is told, and no failure.
    def those_at_hand
      NOT_TO_BE_HAD.each { |name, why| @figures.not_at_hand(name, why) } if @all
      systems = SYSTEMS.select { |system| @wanted.include?(system.key) }
      missing, there = systems.partition(&:missing)
      missing.each { |system| @figures.not_at_hand(system, system.missing) }
      there
    end

    def measure(stores, systems)
      turn = Turn.new(stores, @figures, Sizes.new(seconds), @short ? 5 : SAMPLES)
      with_limits(stores) do |limits|
        1.upto(@rounds) do |round|
          puts "round #{round} of #{@rounds}"
          timed(LIMITS) { limits.run } if limits
          systems.rotate((round - 1) * TURNED_ON).each { |system| timed(system) { turn.run(system) } }
        end
      end
    end

    def write(report)
      report.write
      puts "written to benches/results/peers.md and .json"
    end

    def with_limits(stores, &)
      @wanted.include?(LIMITS) ? Limits.open(stores, @figures, seconds, &) : yield(nil)
    end

    def timed(what, &)
      took = Peers.seconds(&)
      puts format("  %<what>s: %<took>.1f s", what:, took:)
      $stdout.flush
    end
  end
end
