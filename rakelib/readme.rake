# frozen_string_literal: true

require_relative "readme_figures"

namespace :readme do
  desc "Put the figures of benches/results into README.md"
  task :figures do
    ReadmeFigures.new.write
  rescue ReadmeFigures::Missing => e
    abort "readme: #{e.message}"
  end
end
