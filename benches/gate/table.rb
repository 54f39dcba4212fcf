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
    OPEN = "bench:gate is open: nothing costs over 5 % more than it did"

    # @param comparison [Comparison]
    def initialize(comparison)
      @comparison = comparison
    end

    # @return [Array<String>] a line for each figure, and what of the platform isn't the same
    def figures
      head = format(ROW, "a step", "committed", "measured", "change", "")
      [head, *@comparison.lines.map { |line| row(line) }, *platform].map(&:rstrip)
    end

    # @return [Array<String>] whether the gate is open, and what is to be done
    def verdict = [*advice, failures.empty? ? OPEN : closed]

    private

    def row(line)
      compared = line.committed && line.measured && line.verdict != :elsewhere
      change = compared ? format("%+.1f %%", (line.change * 100).round(1) + 0.0) : ""
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

    def failures = @comparison.failures.map(&:name)

    def closed = "bench:gate is closed by #{failures.join("; ")}. Find out why; where it has to be so, #{ACCEPT}"

    def advice
      fallen = @comparison.fallen.map(&:name)
      fallen.empty? ? [] : ["fallen by over 5 %: #{fallen.join("; ")}. Have the new figures kept: #{ACCEPT}"]
    end
  end
end
