# frozen_string_literal: true

require "json"
require "open3"

module Places
  # A file of SQLite, which the tests look into by the program `sqlite3`.
  class SqliteFile
    # @param path [String]
    def initialize(path)
      @path = path
    end

    # @return [Hash{Symbol => String}]
    def settings = { database_url: "sqlite://#{@path}" }

    # @param sql [String]
    # @return [Array<Array>] the rows that it gives
    def rows(sql)
      output, errors, status = Open3.capture3("sqlite3", "-json", @path, stdin_data: ".timeout 20000\n#{sql};\n")
      raise "sqlite3 on #{@path}: #{errors}" unless status.success? && errors.empty?

      output.empty? ? [] : JSON.parse(output).map(&:values)
    end

    # @return [Array] what is wrong with it as a database
    def faults
      (rows("pragma integrity_check") - [["ok"]]) + rows("pragma foreign_key_check")
    end
  end
end
