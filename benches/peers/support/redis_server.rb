# frozen_string_literal: true

# A Redis for benchmarks: prints its URL, and runs until its standard input is closed. Then nothing of it is left.

require "optparse"
require_relative "../../../test/support/servers/session"
require_relative "servers/redis"

options = { durable: false }
parser = OptionParser.new do |opts|
  opts.banner = "Usage: ruby benches/peers/support/redis_server.rb [options]"
  opts.on("--durable", "each command is on the disk when it is answered") { options[:durable] = true }
end

Servers::Session.program(parser, %w[pid]) { Servers::Redis.new(**options) }
