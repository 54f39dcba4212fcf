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

  def test_installing_postgresql_makes_no_cluster_and_leaves_no_service_running
    calls = calls_of_setup_on_debian_with("redis-server")
    forbids = calls.index { |call| call.match?(%r{\Ainstall .*createcluster\.d/tasker_core\.conf\z}) }
    assert_operator forbids, :<, calls.index { |call| call.match?(/\Aapt-get .*install .*postgresql pgbouncer/) }
    assert_equal ["rm -f /etc/postgresql-common/createcluster.d/tasker_core.conf", "service pgbouncer stop",
                  "update-rc.d pgbouncer disable"], calls.last(3)
  end

  def test_services_that_were_there_before_are_left_as_they_are
    calls = calls_of_setup_on_debian_with("postgresql", "pgbouncer", "redis-server")
    assert_equal %w[apt-get apt-get], calls.map { |call| call[/\S+/] }
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

  # What bin/setup would have done to a machine that has these packages only: whatever changes the machine is replaced
  # by something that writes down how it is called. It ends where it finds no Ruby.
  def calls_of_setup_on_debian_with(*packages)
    Dir.mktmpdir do |folder|
      record = File.join(folder, "record")
      %w[apt-get install rm service update-rc.d].each { |name| script(folder, name, "echo #{name} \"$@\" >>#{record}") }
      script(folder, "dpkg-query", "printf '#{packages.map { |name| "installed:#{name}\\n" }.join}'")
      script(folder, "sudo", "\"$@\"")
      %w[bash dirname env sh tr].each { |name| File.symlink(executable(name), File.join(folder, name)) }
      output, = Open3.capture2e({ "PATH" => folder }, executable("bash"), Repository.path("bin/setup"))
      assert_match(/ruby is missing/, output)
      return File.readlines(record, chomp: true)
    end
  end

  def script(folder, name, text)
    File.write(File.join(folder, name), "#!/bin/sh\n#{text}\n", perm: 0o755)
  end

  def executable(name)
    places = ENV.fetch("PATH").split(File::PATH_SEPARATOR).map { |folder| File.join(folder, name) }
    places.find { |file| File.executable?(file) } || flunk("#{name} is not on the PATH")
  end
end
