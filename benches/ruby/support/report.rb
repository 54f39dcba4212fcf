# frozen_string_literal: true

require "fileutils"
require "json"
require_relative "machine"
require_relative "sample"

module Benches
  # Collects figures and writes them to benches/results: as Markdown for people, as JSON for programs. The JSON has
  # `title`, `command`, `machine` (facts), `figures` and `costs`. A figure is a row with `what`, `unit`, `median`,
  # `lowest`, `highest`, `repetitions`, with `p99` where there are a hundred or more, and with keys by which programs
  # find it: `system`, `store`, `durable`, `workload`. A cost is a row like it, `what` being the title of the
  # measurement and `cost` what it took of what.
  class Report
    FOLDER = File.expand_path("../../results", __dir__)
    # What is said of costs.
    COSTS = "with the lowest and the highest in brackets. CPU is time of processors: of the threads of Ruby and of " \
            "those of the engine in the processes that run steps, of all threads of the process that submits, of the " \
            "server's processes, and of everything else on the machine. Written is to the disk with SQLite, to the " \
            "log (WAL) with PostgreSQL."

    # @param facts [Hash{String => Object}] of the machine, see {Machine.facts}, and of databases
    # @param folder [String, nil] where to write; nil for nowhere
    def initialize(name, title, command, facts: Machine.facts, per: "step", folder: FOLDER, output: $stdout)
      @name = name
      @title = title
      @command = command
      @machine = facts
      @per = per
      @folder = folder
      @output = output
      @figures = []
      @costs = []
    end

    # @param what [String] what was measured
    # @param samples [Array<Numeric>] at least three repetitions
    # @param keys [Hash] by which programs find it
    def add(what, unit, samples, **keys)
      row = Sample.new(samples).to_h
      @figures << { "what" => what, "unit" => unit, **row, **keys.transform_keys(&:to_s) }
      say(what, unit, row)
    end

    # Adds how many times the one is the other, measured turn about.
    def add_ratio(what, ones, others)
      add(what, "times", ones.zip(others).map { |one, other| one / other })
    end

    # @param what [String] the title of the measurement
    # @param costs [Hash{String => Array(String, Array<Numeric>)}] unit and samples by what they are of
    def add_costs(what, costs)
      costs.each do |cost, (unit, samples)|
        row = Sample.new(samples).to_h
        @costs << { "what" => what, "cost" => cost, "unit" => unit, **row }
        say("  #{cost}", unit, row)
      end
    end

    # @return [Boolean] whether there is anything in it
    def any? = @figures.any? || @costs.any?

    # @return [void]
    def write
      return unless @folder

      FileUtils.mkdir_p(@folder)
      File.write(File.join(@folder, "#{@name}.json"), "#{JSON.pretty_generate(to_h)}\n")
      File.write(File.join(@folder, "#{@name}.md"), to_markdown)
      @output.puts "written to #{@folder.delete_prefix("#{Dir.pwd}/")}/#{@name}.md and .json"
    end

    # @return [Hash]
    def to_h
      { "title" => @title, "command" => @command, "machine" => @machine, "figures" => @figures, "costs" => @costs }
    end

    # @return [String]
    def to_markdown
      lines = ["# #{@title}", "", "`#{@command}`", "", *@machine.map { |key, value| "- #{key}: #{value}" }]
      lines += figure_lines if @figures.any?
      lines += cost_lines if @costs.any?
      "#{lines.join("\n")}\n"
    end

    private

    def say(what, unit, row)
      @output.puts format("%-76<what>s %9<median>s %<unit>s (%<spread>s)", what:, unit:,
                                                                           median: Sample.shown(row["median"]),
                                                                           spread: Sample.spread(row))
    end

    def figure_lines
      rows = @figures.map do |row|
        figures = %w[median lowest highest p99].map { |key| row[key] ? Sample.shown(row[key]) : "" }
        "| #{row["what"]} | #{figures.join(" | ")} | #{row["unit"]} | #{row["repetitions"]} |"
      end
      ["", "| what | median | lowest | highest | p99 | unit | repetitions |", "|---|---|---|---|---|---|---|", *rows]
    end

    # A line for each measurement, with medians and spreads.
    def cost_lines
      measurements = @costs.group_by { |row| row["what"] }
      kinds = kinds_of(measurements.values)
      rows = measurements.map do |what, costs|
        by_kind = costs.to_h { |row| [row["cost"], row] }
        "| #{what} | #{kinds.map { |kind, _| cell(by_kind[kind]) }.join(" | ")} |"
      end
      ["", "Of each #{@per}, #{COSTS}", "",
       "| what | #{kinds.map { |kind| kind.uniq.join(", ") }.join(" | ")} |", "|---#{"|---" * kinds.size}|", *rows]
    end

    # Costs and their units, in the order of the measurement that has most of them.
    def kinds_of(measurements)
      measurements.sort_by { |costs| -costs.size }.flatten.map { |row| row.values_at("cost", "unit") }.uniq
    end

    def cell(row)
      row ? "#{Sample.shown(row["median"])} (#{Sample.spread(row)})" : ""
    end
  end
end
