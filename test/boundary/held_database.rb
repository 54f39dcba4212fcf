# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# A SQLite file that another process holds locked for as long as a test wants.
module HeldDatabase
  # SQLite's locks are locks on bytes of a file: what is locked, on which file, from which byte, how many.
  FOR_EVERYTHING = ["", 0x40000000, 512].freeze
  FOR_WRITING = ["-shm", 120, 1].freeze

  # In another process, since locks of one process don't hold that process itself up.
  HOLDER = <<~PROGRAM
    require "fcntl"
    path, from, length = ARGV
    lock = [Fcntl::F_WRLCK, IO::SEEK_SET, from.to_i, length.to_i, 0].pack("s!s!x4q!q!l!x4")
    file = File.open(path, "r+")
    file.fcntl(Fcntl::F_SETLKW, lock)
    puts "held"
    $stdout.flush
    $stdin.read
  PROGRAM

  def setup
    super
    @folder = Dir.mktmpdir
    @path = File.join(@folder, "held.sqlite3")
  end

  def teardown
    release
    super
    eventually("all calls have ended", within: 30) { BoundaryTest::NATIVE.live_guards.zero? }
    FileUtils.remove_entry(@folder)
  end

  def url
    "sqlite://#{@path}"
  end

  def hold(what)
    suffix, from, length = what
    @holder = IO.popen([RbConfig.ruby, "-e", HOLDER, @path + suffix, from.to_s, length.to_s], "r+")
    assert_equal "held\n", @holder.gets
  end

  def release
    @holder&.close
    @holder = nil
  end
end
