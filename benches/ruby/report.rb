# frozen_string_literal: true

require "etc"
require "json"
require "time"

module Benches
  # Collects figures and writes them to benches/results, as Markdown for people and JSON for programs.
  class Report
    FOLDER = File.expand_path("../results", __dir__)

    # What ran when and on what, since a figure without it means nothing.
    def self.machine
      cpu = File.exist?("/proc/cpuinfo") && File.foreach("/proc/cpuinfo").grep(/^model name/).first
      { "taken" => Time.now.utc.strftime("%Y-%m-%d"), "ruby" => RUBY_DESCRIPTION, "cores" => Etc.nprocessors,
        "cpu" => cpu ? cpu.split(":").last.strip : "unknown", "kernel" => Etc.uname[:release],
        "load before" => File.exist?("/proc/loadavg") ? File.read("/proc/loadavg").split.first : "unknown" }
    end

    # @param facts [Hash{String => String}] what else a reader has to know, such as the version of a server
    def initialize(name, title, command, facts = {})
      @name = name
      @title = title
      @command = command
      @machine = self.class.machine.merge(facts)
      @rows = []
    end

    # @param what [String] what was measured
    # @param unit [String]
    # @param samples [Array<Numeric>] at least three repetitions
    def add(what, unit, samples)
      sorted = samples.sort
      row = { "what" => what, "unit" => unit, "median" => at(sorted, 0.5), "lowest" => sorted.first,
              "highest" => sorted.last, "repetitions" => sorted.size }
      row["p99"] = at(sorted, 0.99) if sorted.size >= 100
      @rows << row
      puts format("%-62<what>s %10<median>s %<unit>s (%<spread>s)", what:, median: shown(row["median"]), unit:,
                                                                    spread: spread(row))
    end

    def write
      File.write(File.join(FOLDER, "#{@name}.json"), "#{JSON.pretty_generate(as_json)}\n")
      File.write(File.join(FOLDER, "#{@name}.md"), as_markdown)
      puts "written to benches/results/#{@name}.md and .json"
    end

    private

    def as_json
      { "title" => @title, "command" => @command, "machine" => @machine, "figures" => @rows }
    end

    def as_markdown
      lines = ["# #{@title}", "", "`#{@command}`", ""]
      lines += @machine.map { |key, value| "- #{key}: #{value}" }
      lines += ["", "| what | median | lowest | highest | p99 | unit | repetitions |", "|---|---|---|---|---|---|---|"]
      lines += @rows.map do |row|
        figures = %w[median lowest highest p99].map { |key| row[key] ? shown(row[key]) : "" }
        "| #{row["what"]} | #{figures.join(" | ")} | #{row["unit"]} | #{row["repetitions"]} |"
      end
      "#{lines.join("\n")}\n"
    end

    def spread(row)
      "#{shown(row["lowest"])} to #{shown(row["highest"])}#{", p99 #{shown(row["p99"])}" if row["p99"]}"
    end

    def at(sorted, share)
      sorted[((sorted.size - 1) * share).round]
    end

    def shown(number)
      number >= 100 ? number.round.to_s : format("%.3g", number)
    end
  end
end
