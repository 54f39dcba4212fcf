# frozen_string_literal: true

# The files of this checkout, for the tests about the repository itself.
module Repository
  ROOT = File.expand_path("../..", __dir__)
  MADE_BY_BUILDS = %r{(\A|/)(target|tmp|pkg|doc|coverage|vendor)/}

  module_function

  # @param glob [String] relative to the root
  # @return [Array<String>] relative paths, without what builds make
  def files(glob)
    Dir.glob(glob, base: ROOT).grep_v(MADE_BY_BUILDS).sort
  end

  def path(relative) = File.join(ROOT, relative)

  def read(relative) = File.read(path(relative), encoding: Encoding::UTF_8)

  # @return [Array<String>] "file:line: text" for each line of the files that matches
  def lines_matching(glob, pattern)
    files(glob).flat_map do |file|
      numbered = read(file).each_line.with_index(1).select { |line, _| line.match?(pattern) }
      numbered.map { |line, at| "#{file}:#{at}: #{line.strip}" }
    end
  end
end
