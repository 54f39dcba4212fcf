# frozen_string_literal: true

require "open3"
require "rbconfig"
require_relative "../support/part"

module Benches
  # What coordinators that were made, used and dropped leave behind: each time in a process of its own, where nothing
  # else grows. On PostgreSQL there are fewer: each opens connections. test/integration holds the library to it.
  class Memory < Part
    TITLE = "Coordinators made, used and dropped"
    PROGRAM = File.expand_path("../support/dropped_coordinators.rb", __dir__)
    COUNT = 1000
    FEWER = 100
    UNITS = { "growth" => "MiB", "threads" => "threads", "files" => "files and connections" }.freeze

    def run
      databases = { ["1,000", "SQLite in memory"] => [stand.size(COUNT), { "database_url" => "sqlite::memory:" }],
                    [FEWER.to_s, "PostgreSQL"] => [stand.size(FEWER), stand.postgres.fresh] }
      left = stand.turn_about(databases.keys) { |name| left_by(*databases[name]) }
      left.each { |(count, title), all| tell("#{count} coordinators made, used and dropped, #{title}", all) }
    end

    private

    def left_by(count, settings)
      output, status = Open3.capture2(RbConfig.ruby, PROGRAM, count.to_s, stdin_data: JSON.generate(settings))
      raise Failure, "#{PROGRAM} ended with #{status}" unless status.success?

      JSON.parse(output)
    end

    def tell(title, all)
      UNITS.each { |what, unit| report.add("#{title}: #{what}", unit, all.map { |left| left.fetch(what) }) }
    end
  end
end
