# frozen_string_literal: true

require "minitest/autorun"
require "fileutils"
require "open3"
require "tmpdir"
require_relative "repository"

# The first command that anyone runs here.
class SetupTest < Minitest::Test
  TOOLS = %w[ruby bundle cc].freeze

  def test_second_run_says_nothing_and_touches_nothing
    library = Dir[Repository.path("lib/tasker_core/tasker_core.{so,bundle}")].first
    before = File.stat(library)
    output, status = Open3.capture2e(Repository.path("bin/setup"), chdir: Dir.tmpdir)
    assert status.success?, output
    assert_empty output
    assert_equal [before.ino, before.mtime], [File.stat(library).ino, File.stat(library).mtime]
  end

  def test_each_missing_tool_is_named_with_the_way_to_get_it
    TOOLS.each do |tool|
      output, status = setup_without(tool)
      refute status.success?, "bin/setup went on without #{tool}"
      assert_match(/\Abin.setup: #{tool} is missing\.\n .*install/mi, output)
    end
  end

  def test_missing_test_file_is_named
    output, status = Open3.capture2e(Repository.path("bin/test"), "test/no_such_test.rb", chdir: Repository::ROOT)
    refute status.success?
    assert_equal "bin/test: no such test file or folder: test/no_such_test.rb\n", output
  end

  private

  # A machine without apt-get and without that tool: a PATH that has the others only.
  def setup_without(tool)
    Dir.mktmpdir do |folder|
      (TOOLS - [tool] + %w[bash dirname]).each { |name| File.symlink(executable(name), File.join(folder, name)) }
      env = { "PATH" => folder, "HOME" => folder, "CARGO_HOME" => nil }
      return Open3.capture2e(env, executable("bash"), Repository.path("bin/setup"))
    end
  end

  def executable(name)
    places = ENV.fetch("PATH").split(File::PATH_SEPARATOR).map { |folder| File.join(folder, name) }
    places.find { |file| File.executable?(file) } || flunk("#{name} is not on the PATH")
  end
end
