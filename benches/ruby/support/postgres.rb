# frozen_string_literal: true

require_relative "../../../test/support/server_program"
require_relative "cpu"

module Benches
  # PostgreSQL: a server of its own, on the disk, with the settings that it comes with.
  class Postgres
    STORE = "PostgreSQL"
    # What decides how much of what was committed a loss of power takes, and what each commit waits for.
    DURABILITY = %w[fsync full_page_writes synchronous_commit wal_sync_method].freeze

    # @return [String] how it is called in titles
    attr_reader :title

    def store = STORE

    # @param settings [Array<String>] what is not by default, such as "autovacuum=off"
    def initialize(*settings, title: "PostgreSQL")
      @title = title
      options = settings.flat_map { |setting| ["--set", setting] }
      @server = ServerProgram.new("postgres_server.rb", "--durable", *options)
      @pid = Integer(@server.tell("pid"))
      @schemas = 0
    rescue ServerProgram::Failure => e
      raise Failure, "no PostgreSQL: #{e.message}"
    end

    # @return [Hash] settings of a database without tasks
    def fresh
      { "database_url" => @server.url, "schema" => "bench_#{@schemas += 1}" }
    end

    # @return [Hash{String => String}] what one has to know of it
    def facts(_settings = nil)
      settings = DURABILITY.map { |name| "#{name}=#{ask("show #{name}")}" }
      { "PostgreSQL" => "#{ask("show server_version")}, over TCP on the same machine",
        "durability of PostgreSQL" => "#{settings.join(", ")} (its defaults)" }
    end

    # @return [Float] seconds that its processes have worked
    def server_cpu = Cpu.of_tree(@pid)

    # What it has written to its log.
    # @return [Integer] bytes so far
    def written(_pids = nil) = Integer(ask("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"))

    # Runs statements as superuser.
    # @return [String] what they gave, on one line
    def ask(text)
      @server.ask(text)
    rescue ServerProgram::Failure => e
      raise Failure, e.message
    end

    # @return [String] as above, in the schema of the settings
    def sql(settings, text) = ask("set search_path to #{settings.fetch("schema")}; #{text}")

    # @return [Array<String>] names of the columns, without those that are made by the database
    def columns(settings, table)
      ask("select string_agg(column_name, ' ') from information_schema.columns where table_schema = " \
          "'#{settings.fetch("schema")}' and table_name = '#{table}' and is_generated = 'NEVER'").split
    end

    # @return [Array<String>]
    def tables(settings)
      ask("select string_agg(tablename, ' ') from pg_tables where schemaname = '#{settings.fetch("schema")}'").split
    end

    # @return [String] a table of the numbers from the first to the last
    def numbers(first, last) = "generate_series(#{first}::bigint, #{last}) as n(k)"

    # Runs statements that put many rows in, and doesn't wait until they are on the disk.
    def put_in(settings, text) = sql(settings, "set synchronous_commit = off; #{text}")

    # What was put in goes there before anything is measured.
    def to_disk(_settings) = ask("checkpoint")

    # The ids of tasks go on beyond those.
    def skip_ids(count) = "select setval('task_ids', nextval('task_ids') + #{count});"

    # What is done by itself in time, here by autovacuum.
    def settle(settings)
      tables(settings).each { |table| ask("vacuum analyze #{settings.fetch("schema")}.#{table}") }
      ask("checkpoint")
    end

    # @return [void]
    def close = @server.close
  end
end
