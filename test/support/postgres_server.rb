# frozen_string_literal: true

# A PostgreSQL for tests: starts one of its own in a temporary folder, prints its URL, and runs until its standard input
# is closed. Then nothing of it is left. Meanwhile each line of the input is done and answered by "ok …" or "error …":
#
#   stop [fast|immediate]   start   restart [fast|immediate]
#   pause     stops all its processes by SIGSTOP, connections stay open
#   resume    has them go on
#   sql TEXT  runs statements as superuser on the test database
#   ask TEXT  the same, answered by "ok" and the rows that it gave
#   fill      leaves no room on the disk (--data-size-mb only)
#   free      gives it back
#   folder    where its socket and its log are
#   pid       of its first process

require "optparse"
require_relative "servers/postgres"
require_relative "servers/session"

options = { address: "127.0.0.1", tls: {}, hba: [], settings: {} }
parser = OptionParser.new do |opts|
  opts.banner = "Usage: ruby test/support/postgres_server.rb [options]"
  opts.on("--tls-cert FILE", "its certificate; TLS is on with it") { |file| options[:tls][:cert] = file }
  opts.on("--tls-key FILE", "the certificate's key") { |file| options[:tls][:key] = file }
  opts.on("--tls-ca FILE", "who signs its clients' certificates") { |file| options[:tls][:ca] = file }
  opts.on("--hba LINE", "for pg_hba.conf, before its own lines (many)") { |line| options[:hba] << line }
  opts.on("--set NAME=VALUE", "for postgresql.conf (many)", /\A([\w.]+)=(.*)\z/) do |_, name, value|
    options[:settings][name] = value
  end
  opts.on("--durable", "as durable as by default, on a disk") { options[:durable] = true }
  opts.on("--address ADDRESS", "where it listens (127.0.0.1)") { |address| options[:address] = address }
  opts.on("--data-size-mb N", Integer, "its data on a disk of that size (root)") { |size| options[:size] = size }
end

Servers::Session.program(parser, %w[stop start restart pause resume sql ask fill free folder pid]) do
  Servers::Postgres.new(**options)
end
