# frozen_string_literal: true

require "open3"
require "tmpdir"
require_relative "clock"

module Benches
  # SQLite: files on the disk, as durable as by default.
  class Sqlite
    STORE = "SQLite FULL"
    # Of what SQLite calls its own version, the place in the header of a file that it has written.
    VERSION_AT = 96

    # @return [String] how it is called in titles
    def title = "SQLite file, FULL"

    def store = STORE

    def initialize
      @folder = Dir.mktmpdir("tasker_core-bench", ON_DISK)
      @files = 0
    end

    # @return [Hash] settings of a database without tasks
    def fresh
      { "database_url" => "sqlite://#{@folder}/#{@files += 1}.sqlite3" }
    end

    # @param settings [Hash] of {#fresh}; once a coordinator has been opened with them
    # @return [Hash{String => String}] what one has to know of it
    def facts(settings)
      number = File.binread(path(settings), 4, VERSION_AT).unpack1("N")
      { "SQLite" => [number / 1_000_000, number / 1000 % 1000, number % 1000].join("."),
        "durability of SQLite" => "journal_mode=WAL, synchronous=FULL (the gem's defaults)" }
    end

    # It has no server.
    # @return [nil]
    def server_cpu = nil

    # What the processes have had written to the disk: log, tables when the log is copied into them, and all.
    # @param pids [Array<Integer>] of those that write
    # @return [Integer] bytes so far
    def written(pids)
      pids.sum { |pid| File.read("/proc/#{pid}/io")[/^write_bytes: (\d+)/, 1].to_i }
    end

    # Runs statements, while nobody else writes.
    # @return [String] what they gave
    def sql(settings, text)
      output, status = Open3.capture2e("sqlite3", "-bail", path(settings), stdin_data: text)
      raise Failure, "sqlite3: #{output.strip}" unless status.success?

      output.strip
    rescue Errno::ENOENT
      raise Failure, "the program sqlite3 is missing: apt-get install sqlite3"
    end

    # @return [Array<String>] names of the columns
    def columns(settings, table) = sql(settings, "select name from pragma_table_info('#{table}')").lines(chomp: true)

    # @return [Array<String>]
    def tables(settings) = sql(settings, "select name from sqlite_schema where type = 'table'").lines(chomp: true)

    # A table of the numbers from one on.
    def numbers(count)
      "(with recursive n(k) as (select 1 union all select k + 1 from n where k < #{count}) select k from n)"
    end

    # Statements before and after many rows are put in.
    def loading
      ["pragma synchronous = off; pragma foreign_keys = off; begin;", "commit; pragma wal_checkpoint(truncate);"]
    end

    # The ids of tasks go on beyond those.
    def skip_ids(count) = "update counters set value = value + #{count} where name = 'next_task';"

    # What is done by itself in time. Nobody analyses SQLite's tables: neither the gem nor SQLite does.
    def settle(settings) = sql(settings, "pragma wal_checkpoint(truncate);")

    # @return [void]
    def close = FileUtils.rm_rf(@folder)

    private

    def path(settings) = settings.fetch("database_url").delete_prefix("sqlite://")
  end
end
