# frozen_string_literal: true

require "shellwords"
require_relative "place"

# The commands of README.md do what is shown.
class ReadmeCommandsTest < Minitest::Test
  include TestHelper
  include Place

  # Not run here, with the reason.
  ELSEWHERE = {
    "bin/test" => "it runs this test",
    "bundle exec rake gem:build" => "`rake gem:smoke` does it; the whole extension is compiled once more",
    "gem install pkg/tasker_core.gem" => "the same"
  }.freeze
  # How long a command of ours may take: it builds the extension first where that is out of date.
  BUILD_SECONDS = 900
  # Stands in the document for lines that it leaves out.
  LEFT_OUT = "…"
  # Each command with what it prints, where the document shows that somewhere.
  SHOWN = Document.commands.group_by(&:first).transform_values { |all| all.map(&:last).max_by(&:length) }.freeze

  def test_every_block_is_of_a_kind_that_is_tested
    # A text is a picture.
    assert_empty Document.blocks.map(&:language).uniq - %w[ruby yaml console irb text]
    assert_empty Document.blocks.select { |block| block.language == "yaml" }.reject(&:file)
  end

  def test_what_is_not_run_here_is_in_the_document
    assert_empty ELSEWHERE.keys - SHOWN.keys
  end

  SHOWN.except(*ELSEWHERE.keys).each do |command, expected|
    define_method("test_#{command}") { assert_shown(command, expected) }
  end

  def test_irb_prints_what_is_shown
    shown = Document.blocks.find { |block| block.language == "irb" }.text.lines(chomp: true)
    lines = shown.filter_map { |line| line[/\Airb\(main\):\d+:0> (.+)/, 1] }
    values = shown.filter_map { |line| line[/\A=> (.+)/, 1] }
    output = output_of("bin/console", folder: ROOT, stdin_data: "#{lines.join("\n")}\n", env: wide_irb,
                                      limit: BUILD_SECONDS)

    assert_equal [4, 4], [lines.size, values.size]
    assert_equal values, output.lines(chomp: true).drop_while { |line| line != lines.first } & values
  end

  def test_rakelib_has_the_tasks_that_are_named
    tasks = Document::TEXT.scan(/\brake ([a-z]+(?::[a-z]+)*)/).flatten.uniq
    known = output_of("rake", "--silent", "--all", "--tasks", folder: ROOT).scan(/^rake ([^\s\[]+)/).flatten
    assert_empty tasks - known
  end

  private

  # Where there is no terminal, IRB can't find out how much of an assigned value fits, and fails.
  def wide_irb
    file = File.join(@folder, "irbrc")
    File.write(file, "IRB.conf[:ECHO_ON_ASSIGNMENT] = true\n")
    { "IRBRC" => file }
  end

  # Ours are run from the checkout, the reader's from the folder with the files.
  def assert_shown(command, expected)
    ours = command.start_with?("bin/")
    output = output_of(*command.shellsplit, folder: ours ? ROOT : @folder, limit: ours ? BUILD_SECONDS : 120)
    return if expected.empty?
    return assert_equal expected, output unless ours

    shown, left_out = plain(expected).partition { |line| line != LEFT_OUT }
    given = plain(output)
    assert_empty shown - given
    assert_equal shown.tally, given.tally if left_out.empty?
  end

  # Times differ from run to run, and with them whether a line about the progress is due.
  def plain(text)
    lines = text.lines(chomp: true).reject { |line| line.include?("░") }
    lines.map { |line| line.gsub(/\s*\d+(?:\.\d+)? m?s\b/, " T").strip }
  end
end
