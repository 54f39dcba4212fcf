# frozen_string_literal: true

require "tmpdir"
require_relative "../../../test/support/server_program"

module Peers
  # What the systems keep their workflows in: empty each time, on a disk, gone in the end.
  class Stores
    # The usual temporary folder may be in memory, where nothing takes the time that it takes on a disk.
    ON_DISK = "/var/tmp"
    # Seen from test/support, where the other servers' programs are.
    SERVERS = "../../benches/peers/support"

    # @yieldparam stores [Stores]
    def self.open
      server("postgres_server.rb", "--durable") { |postgres| yield new(postgres) }
    end

    # A Ctrl-C is for the runner alone, in whose order all is ended: a server has a session of its own.
    def self.server(program, *options)
      server = ServerProgram.new(program, *options, prefix: ["setsid"])
      yield server
    ensure
      server&.close
    end

    # @return [ServerProgram] one PostgreSQL, as durable as by default
    attr_reader :postgres

    def initialize(postgres)
      @postgres = postgres
      @databases = 0
    end

    # @param kind [Symbol] :postgres, :sqlite, :redis, :redis_durable or :restate
    # @yieldparam url [String]
    def with(kind, &)
      case kind
      when :postgres then with_database(&)
      when :sqlite then Dir.mktmpdir("tasker_core-peers", ON_DISK) { |folder| yield "sqlite://#{folder}/peer.sqlite3" }
      when :redis then server("redis_server.rb", &)
      when :redis_durable then server("redis_server.rb", "--durable", &)
      when :restate then server("restate_server.rb", "--program", Home.restate_server, &)
      end
    end

    # A database of that PostgreSQL. What it wrote goes to the disk before anybody else is measured.
    # @yieldparam url [String]
    def with_database
      name = "peer_#{@databases += 1}"
      @postgres.sql("create database #{name} owner tasker")
      yield @postgres.url.sub(%r{/\w+\z}, "/#{name}")
    ensure
      @postgres.sql("drop database if exists #{name} with (force)")
      @postgres.sql("checkpoint")
    end

    private

    def server(program, *options)
      Stores.server("#{SERVERS}/#{program}", *options) { |server| yield server.url }
    end
  end
end
