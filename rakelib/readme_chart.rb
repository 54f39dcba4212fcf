# frozen_string_literal: true

require "cgi"
require_relative "bench_results"

# A chart for README.md: how many W1 a second the library and others run, as bars. It has a ground of its own, so that
# it can be read on white and on dark pages, whatever a reader's system prefers; and takes whatever font there is.
class ReadmeChart
  PATH = File.join(BenchResults::FOLDER, "chart.svg")
  TITLE = "Workflows of five steps a second"
  UNIT = "workflows/s"
  # What is counted in.
  BESIDE_OTHERS = "Steps that do nothing; submitting counted in; client, worker and store on one machine"
  ALONE = "Steps that do nothing; submitted before; client, worker and store on one machine"
  WIDTH = 760
  MARGIN = 16
  # What a bar takes, with the text above it.
  ROW = 40
  BAR = 14
  HEADER = 84
  # What the number after the longest bar takes.
  NUMBER = 70
  # In the order of the legend.
  KINDS = { "ours" => "tasker_core, durable", "durable" => "others, durable", "lossy" => "others, not durable" }.freeze
  LEGEND_STEP = 170

  STYLE = <<~CSS
    .ground { fill: #ffffff; stroke: #d1d9e0 }
    text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 }
    .name { font-size: 13px }
    .store, .legend, .note { font-size: 12px; fill: #59636e }
    .number { font-size: 12px; font-variant-numeric: tabular-nums }
    .ours { fill: #cf222e }
    .durable { fill: #8c959f }
    .lossy { fill: #8c959f; fill-opacity: 0.25; stroke: #8c959f; stroke-dasharray: 3 2 }
    text.strong { font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; stroke: #3d444d }
      text { fill: #f0f6fc }
      .store, .legend, .note { fill: #9198a1 }
      .ours { fill: #ff6b6b }
      .durable { fill: #6e7681 }
      .lossy { fill: #6e7681; stroke: #9198a1 }
    }
  CSS

  # @param results [BenchResults]
  def initialize(results = BenchResults.new)
    @results = results
  end

  # @return [String]
  # @raise [BenchResults::Missing] where nothing was measured yet
  def svg
    height = HEADER + (ROW * rows.size) + MARGIN
    <<~SVG
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 #{WIDTH} #{height}" width="#{WIDTH}" height="#{height}" role="img" aria-label="#{TITLE}">
      <style>
      #{STYLE.chomp}
      </style>
      <rect class="ground" x="0.5" y="0.5" width="#{WIDTH - 1}" height="#{height - 1}" rx="6"/>
      #{[header, *rows.each_with_index.map { |row, at| bar(row, HEADER + (ROW * at)) }].join("\n")}
      </svg>
    SVG
  end

  # Writes it to benches/results.
  # @return [void]
  def write
    File.write(PATH, svg)
  end

  private

  # Those of one run, or the library alone; the fastest first.
  def rows
    @rows ||= begin
      found = beside_others.any? ? beside_others : ours_alone
      raise BenchResults::Missing, "benches/results has neither peers.json nor steady.json" if found.empty?

      found.uniq { |row| row.values_at("system", "store") }.sort_by { |row| -row["median"] }
    end
  end

  def beside_others = @results.peers("w1").select { |row| row["unit"] == UNIT }

  def ours_alone
    figures = @results["steady"]&.fetch("figures") || []
    figures.select { |row| row["manner"] == "submitted before" && row["workload"] == "w1" && row["unit"] == UNIT }
  end

  def header
    legend = KINDS.select { |kind, _| rows.any? { |row| kind(row) == kind } }.each_with_index.map do |(kind, text), at|
      left = MARGIN + (LEGEND_STEP * at)
      %(<rect class="#{kind}" x="#{left}" y="61" width="10" height="10" rx="2"/>) +
        %(<text class="legend" x="#{left + 16}" y="70">#{text}</text>)
    end
    [%(<text class="title" x="#{MARGIN}" y="27">#{TITLE}</text>),
     %(<text class="note" x="#{MARGIN}" y="47">#{beside_others.any? ? BESIDE_OTHERS : ALONE}</text>),
     *legend].join("\n")
  end

  def bar(row, top)
    width = [row["median"].fdiv(rows.first["median"]) * (WIDTH - (2 * MARGIN) - NUMBER), 2].max.round(1)
    strong = " strong" if BenchResults.ours?(row)
    name(row, top + 13, strong) +
      %(<rect class="#{kind(row)}" x="#{MARGIN}" y="#{top + 18}" width="#{width}" height="#{BAR}" rx="2"/>) +
      %(<text class="number#{strong}" x="#{MARGIN + width + 8}" y="#{top + 29}">) +
      %(#{BenchResults.shown(row["median"])}</text>)
  end

  def name(row, top, strong)
    %(<text class="name#{strong}" x="#{MARGIN}" y="#{top}">#{escaped(row["system"])}) +
      %(<tspan class="store" dx="8">#{escaped(row["store"])}</tspan></text>)
  end

  def kind(row)
    return "ours" if BenchResults.ours?(row)

    row["durable"] ? "durable" : "lossy"
  end

  def escaped(text) = CGI.escapeHTML(text.to_s)
end
