# frozen_string_literal: true

require_relative "readme_chart"
require_relative "readme_figures"

namespace :readme do
  desc "Put the figures of benches/results into README.md and draw benches/results/chart.svg"
  task figures: :chart do
    ReadmeFigures.new.write
  rescue ReadmeFigures::Missing, BenchResults::Missing => e
    abort "readme: #{e.message}"
  end

  desc "Draw the figures of benches/results as benches/results/chart.svg"
  task :chart do
    ReadmeChart.new.write
  rescue BenchResults::Missing => e
    abort "readme: #{e.message}"
  end
end
