# frozen_string_literal: true

require_relative "../../test/support/server_program"
require_relative "program"

module Gate
  # A server of PostgreSQL for this alone.
  class Postgres
    NAME = "PostgreSQL"

    # What a server writes and looks at by itself, and at its own times, is left out: so only the workload is counted.
    SETTINGS = {
      "shared_preload_libraries" => "pg_stat_statements", "autovacuum" => "off", "wal_level" => "minimal",
      "max_wal_senders" => "0", "checkpoint_timeout" => "1d", "max_wal_size" => "10GB", "bgwriter_lru_maxpages" => "0"
    }.freeze
    COUNTS = "select coalesce(sum(calls), 0), coalesce(sum(shared_blks_hit + shared_blks_read), 0), " \
             "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint " \
             "from pg_stat_statements where userid = 'tasker'::regrole"
    COUNTED = ["statements", "pages", "bytes of WAL"].freeze

    # @return [Hash{String => String}] what its figures depend on, beside the machine; known once it has run
    attr_reader :platform

    # @yieldparam url [String] of an empty database
    # @raise [Failure]
    def empty
      options = SETTINGS.flat_map { |name, value| ["--set", "#{name}=#{value}"] }
      ServerProgram.open("postgres_server.rb", *options) do |server|
        @server = server
        @platform = { NAME => server.ask("show server_version")[/\A\d+/] }
        server.sql("create extension pg_stat_statements")
        yield server.url
      end
    rescue ServerProgram::Failure => e
      raise Failure, "no PostgreSQL: #{e.message}"
    end

    # @return [Hash{String => Integer}] what was counted so far
    def counts(_pid)
      numbers = @server.ask(COUNTS).split("|")
      COUNTED.zip(numbers.map { |number| Integer(number, 10) }).to_h
    end

    # @param phase [Program::Phase]
    # @return [Hash{String => Integer}] what the program counted itself
    def told(phase) = { "round trips" => phase.waits }
  end
end
