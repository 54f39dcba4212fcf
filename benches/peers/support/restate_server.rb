# frozen_string_literal: true

# A Restate server for benchmarks: prints its URL, and runs until its standard input is closed. Then nothing of it is
# left.

require "optparse"
require_relative "../../../test/support/servers/session"
require_relative "servers/restate"

options = {}
parser = OptionParser.new do |opts|
  opts.banner = "Usage: ruby benches/peers/support/restate_server.rb --program FILE"
  opts.on("--program FILE", "the server's binary") { |file| options[:program] = file }
end

Servers::Session.program(parser, %w[pid]) { Servers::Restate.new(**options) }
