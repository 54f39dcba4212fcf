# frozen_string_literal: true

require "open3"

# YARD ends with status 0 whatever it has found: its words have to be read.
desc "Check that all that is public is documented, without a warning from YARD"
task :docs do
  output, status = Open3.capture2e("yard", "stats", "--list-undoc", "--no-cache", "--no-save")
  puts output
  abort "docs: yard failed" unless status.success?
  abort "docs: yard warns, see [warn] above" if output.include?("[warn]")
  abort "docs: not all is documented, see the list above" unless output.include?("100.00% documented")
end
