# frozen_string_literal: true

require_relative "../../test/support/server_program"
require_relative "program"

module Gate
  # What the workload costs on a server of PostgreSQL.
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

    # @param program [Program]
    def initialize(program)
      @program = program
    end

    # @return [Hash{String => String}] what the figures depend on, beside the machine; known once it has measured
    attr_reader :platform

    # @return [Hash{String => Hash{String => Float}}] for each phase what a step costs
    # @raise [Failure]
    def measure
      with_server do |server|
        @platform = { NAME => server.ask("show server_version")[/\A\d+/] }
        phases = @program.run(server.url) { counts(server) }
        phases.to_h do |phase, counts|
          costs = { **counts, "round trips" => phase.waits }
          [phase.name, costs.transform_values { |count| count.fdiv(phase.steps) }]
        end
      end
    end

    private

    def with_server
      options = SETTINGS.flat_map { |name, value| ["--set", "#{name}=#{value}"] }
      ServerProgram.open("postgres_server.rb", *options) do |server|
        server.sql("create extension pg_stat_statements")
        yield server
      end
    rescue ServerProgram::Failure => e
      raise Failure, "no PostgreSQL: #{e.message}"
    end

    def counts(server)
      numbers = server.ask(COUNTS).split("|").map { |number| Integer(number, 10) }
      %w[statements pages].zip(numbers).to_h.merge("bytes of WAL" => numbers.last)
    end
  end
end
