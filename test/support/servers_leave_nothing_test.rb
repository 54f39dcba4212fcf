# frozen_string_literal: true

require "minitest/autorun"
require_relative "pgbouncer"
require_relative "postgres"
require_relative "server_remains"

# Servers of tests end with whoever started them, whatever happens to whom.
class ServersLeaveNothingTest < Minitest::Test
  # Has a server until it is killed.
  STARTER = <<~RUBY.freeze
    require #{File.join(__dir__, "postgres").inspect}
    server = ServerProgram.new(Postgres::PROGRAM)
    puts server.folder, server.tell("pid")
    $stdout.flush
    sleep
  RUBY

  # That a test of what is left could see what is left.
  def test_running_server_has_a_folder_processes_and_shared_memory
    Postgres.with_server do |server|
      there = ServerRemains.new(server).to_a.map { |what| what[/\A(process|shared memory|\W)/] }
      assert_equal ["/", "process", "shared memory"], there.uniq
      assert_operator there.count("process"), :>=, 5
    end
  end

  def test_nothing_is_left_after_the_end_of_its_input
    remains = Postgres.with_server { |server| ServerRemains.new(server) }
    assert_empty remains.to_a
  end

  def test_nothing_is_left_of_a_pgbouncer
    remains = Postgres.with_server do |postgres|
      Pgbouncer.with_server(upstream: postgres.url) { |server| ServerRemains.new(server) }
    end
    assert_empty remains.to_a
  end

  def test_nothing_is_left_after_a_signal_even_of_a_paused_server
    %w[TERM INT].each do |signal|
      server = ServerProgram.new(Postgres::PROGRAM)
      remains = ServerRemains.new(server)
      server.pause
      Process.kill(signal, server.pid)
      server.close
      assert_empty remains.to_a, "after SIG#{signal}"
    end
  end

  def test_nothing_is_left_when_the_program_is_killed
    server = ServerProgram.new(Postgres::PROGRAM)
    remains = ServerRemains.new(server)
    server.pause
    Process.kill(:KILL, server.pid)
    assert_empty remains.at_last
  ensure
    server&.close
  end

  def test_nothing_is_left_when_the_program_is_killed_while_it_starts
    program = IO.popen([RbConfig.ruby, File.join(__dir__, Postgres::PROGRAM)], "r+")
    initdb = "/tmp/tasker-postgres-#{program.pid}-*/pid"
    pid = Servers::Processes.wait(10) { File.read(Dir[initdb].first.to_s).to_i.nonzero? if Dir[initdb].any? }
    Process.kill(:KILL, program.pid)
    assert Servers::Processes.wait(30) { Dir[File.dirname(initdb)].empty? }, "its folder is still there"
    refute Servers::Processes.alive?(pid), "initdb still runs"
  ensure
    program&.close
  end

  def test_nothing_is_left_when_who_started_it_is_killed
    starter = IO.popen([RbConfig.ruby, "-e", STARTER])
    folder = starter.gets.chomp
    pid = starter.gets.to_i
    Process.kill(:KILL, starter.pid)
    assert Servers::Processes.wait(30) { !File.exist?(folder) && !Servers::Processes.alive?(pid) }, "it is still there"
  ensure
    starter&.close
  end

  def test_nothing_is_left_when_the_server_itself_was_killed
    Postgres.with_server do |server|
      @remains = ServerRemains.new(server)
      Process.kill(:KILL, server.tell("pid").to_i)
    end
    assert_empty @remains.at_last
  end
end
