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
    # How long it may take until others have written.
    PATIENCE_MS = 10_000

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

    # Runs statements, and waits for others that write.
    # @return [String] what they gave
    def sql(settings, text)
      text = ".timeout #{PATIENCE_MS}\n#{text}\n"
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

    # @return [String] a table of the numbers from the first to the last
    def numbers(first, last)
      "(with recursive n(k) as (select #{first} union all select k + 1 from n where k < #{last}) select k from n)"
    end

    # Runs statements that put many rows in, and doesn't wait until they are on the disk.
    def put_in(settings, text)
      sql(settings, "pragma synchronous = off; pragma foreign_keys = off; begin immediate; #{text} commit;")
    end

    # What was put in goes there before anything is measured.
    def to_disk(settings) = sql(settings, "pragma wal_checkpoint(truncate);")

    # The ids of tasks go on beyond those.
    def skip_ids(count) = "update counters set value = value + #{count} where name = 'next_task';"

    # What is done by itself in time. Nobody analyses SQLite's tables: neither the gem nor SQLite does.
    def settle(settings) = to_disk(settings)

    # @return [void]
    def close = FileUtils.rm_rf(@folder)

    private

    def path(settings) = settings.fetch("database_url").delete_prefix("sqlite://")
  end
end
