# frozen_string_literal: true

# A pgbouncer for tests, in front of a PostgreSQL: as postgres_server.rb, it prints its URL, runs until its standard
# input is closed, and meanwhile does as the lines of its input say, each answered by "ok …" or "error …":
#
#   stop [fast|safe]   start   restart [fast|safe]   pause   resume   folder   pid
#   ask TEXT  what its console answers, such as to SHOW POOLS

require "optparse"
require_relative "servers/pgbouncer"
require_relative "servers/session"

options = { settings: {} }
parser = OptionParser.new do |opts|
  opts.banner = "Usage: ruby test/support/pgbouncer_server.rb --upstream URL [options]"
  opts.on("--upstream URL", "of the PostgreSQL that it stands before") { |url| options[:upstream] = url }
  opts.on("--pool-mode MODE", %w[transaction session statement], "(transaction)") { |mode| options[:pool_mode] = mode }
  opts.on("--pool-size N", Integer, "how many connections it has to PostgreSQL (20)") { |n| options[:pool_size] = n }
  opts.on("--address ADDRESS", "where it listens (127.0.0.1)") { |address| options[:address] = address }
  opts.on("--set NAME=VALUE", "for pgbouncer.ini (many)", /\A(\w+)=(.*)\z/) do |_, name, value|
    options[:settings][name] = value
  end
end

Servers::Session.program(parser, %w[stop start restart pause resume ask folder pid]) do
  raise OptionParser::MissingArgument, "--upstream" unless options[:upstream]

  Servers::Pgbouncer.new(**options)
end
