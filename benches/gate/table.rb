# frozen_string_literal: true

require_relative "comparison"

module Gate
  # A comparison for people.
  class Table
    WORDS = {
      same: "", risen: "RISEN", fallen: "fallen",
      new: "NOT COMMITTED", missing: "NOT MEASURED", elsewhere: "not compared"
    }.freeze
    ROW = "%-44s %12s %12s %8s  %s"
    ACCEPT = "rake bench:gate:accept"

    # @param comparison [Comparison]
    def initialize(comparison)
      @comparison = comparison
    end

    # @return [String]
    def to_s
      lines = [head, *@comparison.lines.map { |line| row(line) }, *platform, *verdict]
      lines.map { |line| "#{line.rstrip}\n" }.join
    end

    private

    def head = format(ROW, "a step", "committed", "measured", "change", "")

    def row(line)
      compared = line.committed && line.measured && line.verdict != :elsewhere
      change = compared ? format("%+.1f %%", line.change * 100) : ""
      format(ROW, line.name, number(line.committed), number(line.measured), change, WORDS.fetch(line.verdict))
    end

    def number(figure)
      return "-" unless figure

      figure >= 100 ? figure.round.to_s : format("%.3f", figure)
    end

    def platform
      @comparison.differences.map do |part, (before, now)|
        "#{part} is #{now || "not known"} here, and was #{before || "not known"}: what depends on it isn't compared"
      end
    end

    def verdict
      failures = @comparison.failures.map(&:name)
      fallen = @comparison.fallen.map(&:name)
      [
        ("fallen by more than 5 %: #{fallen.join("; ")}. Have the new figures kept: #{ACCEPT}" if fallen.any?),
        if failures.any?
          "bench:gate is closed by #{failures.join("; ")}. Find out why; where it has to be, #{ACCEPT} and say why"
        else
          "bench:gate is open: nothing costs more than it did"
        end
      ].compact
    end
  end
end
