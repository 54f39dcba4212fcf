# frozen_string_literal: true

require_relative "../../test/support/server_program"
require_relative "setup"
require_relative "worker_processes"

module Benches
  # What every benchmark on PostgreSQL is given: servers that are as durable as by default, processes for workers, a
  # report, and how much is to be measured.
  class PostgresStand
    POSTGRES = "PostgreSQL"
    SQLITE = "SQLite file, FULL"
    # What decides how much of what was committed a loss of power takes, and what each commit waits for.
    DURABILITY = %w[fsync full_page_writes synchronous_commit wal_sync_method].freeze
    MOST_PROCESSES = 4

    # @return [WorkerProcesses]
    attr_reader :workers

    # @yieldparam stand [PostgresStand]
    def self.open(command, short: false)
      with_server do |server|
        WorkerProcesses.open(MOST_PROCESSES) do |workers|
          facts = facts_of(server)
          facts.each { |key, value| puts "#{key}: #{value}" }
          report = Report.new("postgres", "Many processes: PostgreSQL beside SQLite", command, facts)
          yield new(server, workers, report, short)
        end
      end
    end

    # A server of its own, of which nothing is left in the end.
    # @param options [Array<String>] of test/support/postgres_server.rb
    def self.with_server(*options, &)
      ServerProgram.open("postgres_server.rb", "--durable", *options, &)
    end

    def self.facts_of(server)
      settings = DURABILITY.map { |name| "#{name}=#{server.ask("show #{name}")}" }
      { "PostgreSQL" => "#{server.ask("show server_version")}, over TCP on the same machine",
        "durability of PostgreSQL" => "#{settings.join(", ")} (its defaults)",
        "durability of SQLite" => "journal_mode=WAL, synchronous=FULL",
        "processes" => "workers of 10 threads each, in processes of their own; the submitting one is another" }
    end
    private_class_method :facts_of

    def initialize(server, workers, report, short)
      @server = server
      @workers = workers
      @report = report
      @short = short
      @schemas = 0
    end

    # @return [Hash] settings of a database without tasks
    def database(server = @server)
      { "database_url" => server.url, "schema" => "bench_#{@schemas += 1}" }
    end

    # Coordinators on an empty database of each kind.
    # @yieldparam databases [Hash{String => Array(Coordinator, Hash)}] with their settings, by the name of the kind
    def with_both
      postgres = database
      Benches.with_database(:file) do |sqlite|
        Benches.open_coordinator(postgres) do |one|
          Benches.open_coordinator(sqlite) { |other| yield(POSTGRES => [one, postgres], SQLITE => [other, sqlite]) }
        end
      end
    end

    # @return [Integer] how many repetitions or tasks, where not only the benchmark itself is to be tried
    def size(number, least: 3)
      @short ? [number / 20, least].max : number
    end

    # Measures turn about, so that a slow spell of the machine meets every configuration.
    # @return [Hash{Object => Array<Float>}] what the block gave for each, as often as that
    def turn_about(configurations, repetitions: 3)
      rounds = Array.new(@short ? 1 : repetitions) { configurations.map { |each| yield(*each) } }
      configurations.zip(rounds.transpose).to_h
    end

    def add(...) = @report.add(...)

    # Adds how many times the one is the other, measured turn about.
    def add_ratio(what, ones, others)
      add(what, "times", ones.zip(others).map { |one, other| one / other })
    end

    def write = @report.write
  end
end
