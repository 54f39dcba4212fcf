# frozen_string_literal: true

require "fileutils"
require "tmpdir"
require_relative "boundary_helper"

# A database that another process holds holds nobody up who doesn't want to wait.
class BoundaryLockedDatabaseTest < Minitest::Test
  include BoundaryHelper

  # SQLite's own locks are locks on these bytes of the file.
  LOCK_BYTES = 0x40000000
  LOCK_LENGTH = 512

  def setup
    @folder = Dir.mktmpdir
    @path = File.join(@folder, "held.sqlite3")
    open_engine(database_url: url).close(LONG)
    hold
  end

  def teardown
    release
    super
    eventually("the threads that open have ended", within: 30) { NATIVE.live_guards.zero? }
    FileUtils.remove_entry(@folder)
  end

  def test_opening_ends_at_its_limit
    answer = assert_within(3) { NATIVE.open(settings, 200) }
    assert_includes %w[busy database_error], failure_of(answer).first
  end

  def test_opening_is_interrupted_by_kill_and_by_timeout
    thread = waiting_thread(nil) { NATIVE.open(settings, LONG) }
    assert_within(2) { thread.kill.join }
    assert_within(2) { assert_raises(Timeout::Error) { Timeout.timeout(0.05) { NATIVE.open(settings, LONG) } } }
  end

  def test_an_engine_that_comes_too_late_is_closed
    threads = Dir.children("/proc/self/task").size
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { NATIVE.open(settings, LONG) } }
    release
    eventually("the engine that nobody has is closed", within: 30) do
      NATIVE.live_guards.zero? && Dir.children("/proc/self/task").size <= threads + 1
    end
  end

  private

  def url
    "sqlite://#{@path}"
  end

  def settings
    JSON.generate(SETTINGS.merge("database_url" => url, "busy_timeout_ms" => 5_000))
  end

  # In another process: locks of one process don't hold that process itself up.
  def hold
    @holder = IO.popen([RbConfig.ruby, "-e", <<~PROGRAM, @path], "r+")
      require "fcntl"
      file = File.open(ARGV.first, "r+")
      lock = [Fcntl::F_WRLCK, IO::SEEK_SET, #{LOCK_BYTES}, #{LOCK_LENGTH}, 0].pack("s!s!x4q!q!l!x4")
      file.fcntl(Fcntl::F_SETLK, lock)
      puts "held"
      $stdout.flush
      $stdin.read
    PROGRAM
    assert_equal "held\n", @holder.gets
  end

  def release
    return if @holder.closed?

    @holder.close
  end
end
