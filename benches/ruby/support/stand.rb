# frozen_string_literal: true

require_relative "postgres"
require_relative "site"
require_relative "sqlite"

module Benches
  # What every part of the suite is given: both databases, and how much is to be measured.
  class Stand
    REPETITIONS = 3
    # How much smaller everything is where the suite itself is to be tried.
    SHORT = 20

    # @yieldparam stand [Stand] nothing is left of its databases in the end
    def self.open(short: false)
      stand = new(short:)
      yield stand
    ensure
      stand&.close
    end

    def initialize(short:)
      @short = short
    end

    # @return [Boolean] whether the suite itself is tried, and the figures mean nothing
    def short? = @short

    # @param scale [Integer] how much smaller still, where it takes long
    # @return [Integer] how many tasks
    def size(number, least: 3, scale: 1)
      @short ? [number / (SHORT * scale), least].max : number
    end

    # @return [Sqlite]
    def sqlite = @sqlite ||= Sqlite.new

    # @return [Postgres] which is started when it is asked for first
    def postgres = @postgres ||= Postgres.new

    # @param options [Hash] see {Site.open}
    # @yieldparam sites [Array<Site>] one on each database
    def with_both(**options, &)
      with_sites([sqlite, postgres].map { |database| [database, options] }, &)
    end

    # @param wanted [Array<Array(Sqlite|Postgres, Hash)>] on what, and options of {Site.open}
    # @yieldparam sites [Array<Site>] in the same order
    def with_sites(wanted, opened = [], &block)
      return block.call(opened) if wanted.empty?

      (database, options), *rest = wanted
      Site.open(database, **options) { |site| with_sites(rest, [*opened, site], &block) }
    end

    # Measures turn about, so that a slow spell of the machine meets every configuration.
    # @return [Hash{Object => Array}] what the block gave for each, as often as that
    def turn_about(configurations, repetitions: REPETITIONS, &measure)
      rounds = Array.new(@short ? 1 : repetitions) { configurations.map(&measure) }
      configurations.zip(rounds.transpose).to_h
    end

    # @return [Hash{String => Object}] what one has to know of the databases and the disk
    def facts
      known = [sqlite, postgres].map do |database|
        Site.open(database) { |site| database.facts(site.settings) }
      end
      [*known, Machine.disk].inject(:merge)
    end

    # @return [void]
    def close
      [@postgres, @sqlite].compact.each(&:close)
    end
  end
end
