# frozen_string_literal: true

require "tmpdir"

module Gate
  # A file of SQLite.
  class Sqlite
    NAME = "SQLite"

    # @return [Hash{String => String}] what its figures depend on, beside the machine: SQLite comes with the code
    def platform = {}

    # The length of the path is counted with the rest, so it is always the same.
    # @yieldparam url [String] of an empty database
    def empty
      Dir.mktmpdir("gate", "/tmp") { |folder| yield "sqlite://#{folder}/tasks.sqlite3" }
    end

    # @param pid [Integer] of a process that uses it
    # @return [Hash{String => Integer}] what was counted so far; what the process says is in it, too
    def counts(pid)
      io = File.read("/proc/#{pid}/io")
      { "bytes written" => Integer(io[/^wchar: (\d+)$/, 1], 10) }
    rescue Errno::ENOENT
      # Only Linux counts it.
      {}
    end

    # @param phase [Program::Phase]
    # @return [Hash{String => Integer}] what the program counted itself
    def told(phase) = { "statements" => phase.statements }
  end
end
