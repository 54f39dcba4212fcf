# frozen_string_literal: true

require "minitest/autorun"
require_relative "postgres"

# A PostgreSQL whose disk has no room left.
class FullDiskTest < Minitest::Test
  GROW = "insert into grown select repeat('x', 1000) from generate_series(1, 1000)"

  def test_full_disk_refuses_rows_until_there_is_room_again
    with_small_disk do |server|
      server.sql("create table grown (text text)")
      server.fill
      error = assert_raises(ServerProgram::Failure) { server.sql(GROW) }
      assert_match(/No space left on device/, error.message)
      server.free
      server.sql(GROW)
      assert_equal "1000", server.ask("select count(*) from grown")
    end
  end

  private

  # Only root may mount a disk; for anybody else the program has to say so.
  def with_small_disk(&)
    return Postgres.with_server("--data-size-mb", 120, &) if Process.uid.zero?

    error = assert_raises(ServerProgram::Failure) { Postgres.with_server("--data-size-mb", 120) { nil } }
    assert_match(/run it as root/, error.message)
  end
end
