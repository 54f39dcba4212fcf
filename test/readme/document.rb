# frozen_string_literal: true

# README.md, taken apart: its blocks of code and its tables.
module Document
  PATH = File.expand_path("../../README.md", __dir__)
  TEXT = File.read(PATH, encoding: Encoding::UTF_8).freeze

  # A block of code: its language, its text, and the line where it begins.
  Block = Struct.new(:language, :text, :line) do
    # @return [String, nil] the file that the block is, which its first line names
    def file
      text[/\A# (\S+\.(?:rb|yml))$/, 1]
    end
  end

  module_function

  # @return [Array<Block>]
  def blocks
    TEXT.to_enum(:scan, /^```(\w*)\n(.*?)^```$/m).map do
      match = Regexp.last_match
      Block.new(match[1], match[2], match.pre_match.count("\n") + 2)
    end
  end

  # @return [Hash{String => Block}] what stands in files, by the names of these
  def files
    blocks.select(&:file).to_h { |block| [block.file, block] }
  end

  # @return [Array<Block>] what is one Ruby session, in its order
  def session
    blocks.select { |block| block.language == "ruby" && !block.file }
  end

  # @return [Array<Array(String, String)>] each command of the document and what it prints
  def commands
    consoles = blocks.select { |block| block.language == "console" }
    consoles.flat_map { |block| block.text.scan(/^\$ (.+)\n((?:(?!\$ ).*\n)*)/) }
  end

  # @param heading [String] the first cell of the table's first line
  # @return [Array<Array<String>>] the cells of its rows
  def table(heading)
    lines = TEXT[/^\| #{Regexp.escape(heading)} \|.*\n\|[-|]+\n((?:\|.*\n)+)/, 1] or raise "no table #{heading}"
    lines.lines(chomp: true).map { |line| line.delete_prefix("| ").chomp(" |").split(" | ") }
  end

  # @param cell [String]
  # @return [Array<String>] what stands in it as code
  def code(cell)
    cell.scan(/`([^`]+)`/).flatten
  end
end
