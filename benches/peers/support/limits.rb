# frozen_string_literal: true

require "open3"
require "uri"
require_relative "../../../test/support/servers/programs"
require_relative "stores"
require_relative "home"

module Peers
  # What the machine and the databases give by themselves, without any workflows.
  class Limits
    CLIENTS = [1, 4, 16].freeze
    SCALE = 10
    SCRIPTS = {
      "pgbench simple-update" => ["--builtin=simple-update"],
      "pgbench insert and commit" => ["--file=#{Home.source("limits", "insert.sql")}"]
    }.freeze
    SYNCHRONOUS = { "FULL" => true, "NORMAL" => false }.freeze

    # Gives the limits of a PostgreSQL that has the tables of pgbench.
    # @param seconds [Float] how long one of them is measured
    def self.open(stores, figures, seconds)
      stores.with_database { |url| yield new(url, figures, seconds) }
    end

    def initialize(url, figures, seconds)
      @uri = URI(url)
      @figures = figures
      @seconds = seconds
      pgbench("--initialize", "--init-steps=dtgp", "--scale=#{SCALE}", "--quiet")
    rescue Program::Failure, Servers::Failure => e
      @figures.failed("pgbench", e.message)
      @uri = nil
    end

    # Measures all of them once.
    def run
      all_transactions if @uri
      SYNCHRONOUS.each { |synchronous, durable| measured("SQLite commits") { commits(synchronous, durable) } }
      flush
    end

    private

    def measured(what)
      yield
    rescue Program::Failure => e
      @figures.failed(what, e.message)
    end

    def all_transactions
      SCRIPTS.each do |what, script|
        CLIENTS.each { |clients| measured("#{what}, #{clients}") { transactions(what, script, clients) } }
      end
    end

    def transactions(what, script, clients)
      output = pgbench(*script, "--no-vacuum", "--protocol=prepared", "--client=#{clients}", "--time=#{@seconds.ceil}")
      rate = output[/^tps = ([\d.]+)/, 1] or raise Program::Failure, "pgbench gave no rate: #{output.lines.last}"
      @figures.limit("#{what}, #{clients} #{clients == 1 ? "client" : "clients"}", "PostgreSQL", true, "commits/s",
                     rate.to_f)
    end

    def commits(synchronous, durable)
      Dir.mktmpdir("tasker_core-peers", Stores::ON_DISK) do |folder|
        rate = output_of({}, *Home.ruby("limits", "sqlite_commits.rb"), "#{folder}/limit.sqlite3", synchronous,
                         (@seconds / 2).to_s)
        @figures.limit("commits of one row", "SQLite file, #{synchronous}", durable, "commits/s", rate.to_f)
      end
    end

    # A page at the end of a file, and on the disk.
    def flush
      Tempfile.create("tasker_core-peers", Stores::ON_DISK) do |file|
        costs = Array.new(200) do
          file.write("x" * 4096)
          file.flush
          Peers.seconds { file.fdatasync } * 1_000_000
        end
        @figures.limit("one fdatasync", "a file", true, "µs", costs.sort[costs.size / 2])
      end
    end

    def pgbench(*options)
      output_of({ "PGHOST" => @uri.host, "PGPORT" => @uri.port.to_s, "PGUSER" => @uri.user,
                  "PGPASSWORD" => @uri.password, "PGDATABASE" => @uri.path.delete_prefix("/") },
                Servers::Programs.find("pgbench"), *options)
    end

    def output_of(env, *command)
      output, errors, status = Open3.capture3(Program::ENVIRONMENT.merge(env), *command)
      status.success? ? output : raise(Program::Failure, errors.strip.lines.last.to_s.strip)
    end
  end
end
