# frozen_string_literal: true

require "json"
require_relative "markdown"

module Peers
  # Tells the figures: as a table on the terminal, as Markdown for people and JSON for programs.
  class Report
    FOLDER = File.expand_path("../../results", __dir__)
    TITLE = "Beside what people use"
    COLUMNS = { "W1/s" => "w1", "W2/s" => "w2", "W3/s" => "w3", "W1/s, submitted before" => "w1_run",
                "submits/s" => "submits", "alone, ms" => "idle" }.freeze

    # @param command [String] that measures all of it
    # @param machine [Hash] what it ran on
    # @param figures [Figures]
    def initialize(command, machine, figures)
      @command = command
      @machine = machine
      @figures = figures
    end

    # @param folder [String] where the results go
    # @return [void]
    def write(folder = FOLDER)
      markdown = Markdown.new(TITLE, @command, facts, @figures)
      File.write(File.join(folder, "peers.json"), "#{JSON.pretty_generate(as_json)}\n")
      File.write(File.join(folder, "peers.md"), markdown.to_s)
    end

    # @return [String] a line for each system
    def table
      rows = @figures.systems.map do |system|
        [system.name, system.store, *COLUMNS.values.map { |column| @figures.told(system, column) }]
      end
      aligned([["system", "store", *COLUMNS.keys], *rows])
    end

    # @return [String] a line for each limit
    def limits = aligned(@figures.limits.map { |row| [row["what"], Figures.shown(row["median"]), row["unit"]] })

    private

    def facts = @machine.merge("versions" => @figures.versions.values.uniq)

    def as_json
      { "title" => TITLE, "command" => @command, "machine" => facts, "figures" => @figures.rows,
        "ratios" => @figures.ratios, "missing" => @figures.missing }
    end

    def aligned(rows)
      widths = rows.transpose.map { |column| column.map { |cell| cell.to_s.size }.max }
      rows.map { |row| row.zip(widths).map { |cell, width| cell.to_s.ljust(width) }.join("  ").rstrip }.join("\n")
    end
  end
end
