# frozen_string_literal: true

require "shellwords"
require_relative "../integration/children"

# Every command line that an example's README shows is one that works: it is run as it stands. (The README of the whole
# has tests of its own.)
class CommandLinesTest < Minitest::Test
  include Children

  README_FILES = Dir.glob("examples/**/README.md", base: ROOT).sort.freeze
  COMMAND = %r{^\s*(?:\$ )?((?:bin/run|ruby examples/\S+) .*)$}

  # Command lines of the READMEs, each with the file where it stands first.
  LINES = README_FILES.each_with_object({}) do |file, lines|
    text = File.read(File.join(ROOT, file), encoding: "UTF-8")
    text.scan(/^```.*?\n(.*?)^```$/m).flatten.each do |block|
      block.gsub(/\\\n\s*/, " ").scan(COMMAND).flatten.each do |line|
        lines[line.strip] ||= file unless line.include?("TEMPLATE")
      end
    end
  end.freeze

  # The others end with 0.
  ENDS_WITH = { '"payment_outages": 9' => 1, '"sku": "yacht"' => 1, '"order_id": "twelve"' => 2 }.freeze

  TRACE = <<~JSON
    {"schemaVersion": "1.5", "workflow": {
      "specification": {"tasks": [{"id": "a", "name": "a", "parents": [], "children": ["b"]},
                                  {"id": "b", "name": "b", "parents": ["a"], "children": []}]},
      "execution": {"tasks": [{"id": "a", "runtimeInSeconds": 2}]}}}
  JSON

  def setup
    super
    # What a command line writes goes here, while the programs and files that it names are the checkout's.
    File.symlink(File.join(ROOT, "examples"), path("examples"))
    File.write(path("trace.json"), TRACE)
  end

  def test_the_readmes_have_command_lines
    assert_includes LINES.keys, "bin/run examples/fulfillment/process_order.yml --context '{\"order_id\": 12345}'"
    assert_operator LINES.size, :>=, 8
  end

  LINES.each do |line, file|
    define_method("test_#{file}_#{line}") do
      child = start("bash", "-c", in_checkout(line), folder: @folder)
      output = child.finish(120)

      assert_equal expected_status(line), child.status.exitstatus, output + errors
      assert_match(/complete/, output) if child.status.success?
      JSON.parse(output) if line.include?("--json")
    end
  end

  private

  def in_checkout(line)
    line.sub(%r{\Abin/run\b}, File.join(ROOT, "bin/run")).gsub(/\bPATH\b|\btrace\.json\b/, path("trace.json"))
  end

  def expected_status(line)
    ENDS_WITH.find { |part, _| line.include?(part) }&.last || 0
  end
end
