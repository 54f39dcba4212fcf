# frozen_string_literal: true

require "open3"
require "rbconfig"
require_relative "../support/part"

module Benches
  # What a thousand coordinators that were made, used and dropped leave behind: each time in a process of its own, where
  # nothing else grows. test/integration holds the library to it.
  class Memory < Part
    TITLE = "1,000 coordinators made, used and dropped"
    PROGRAM = File.expand_path("../support/dropped_coordinators.rb", __dir__)
    COUNT = 1000

    def run
      left = stand.turn_about([stand.size(COUNT)]) { |count| left_by(count) }.values.first
      { "growth" => "MiB", "threads" => "threads", "files" => "files and connections" }.each do |what, unit|
        report.add("1,000 coordinators made, used and dropped: #{what}", unit, left.map { |each| each.fetch(what) })
      end
    end

    private

    def left_by(count)
      output, status = Open3.capture2(RbConfig.ruby, PROGRAM, count.to_s)
      raise Failure, "#{PROGRAM} ended with #{status}" unless status.success?

      JSON.parse(output)
    end
  end
end
