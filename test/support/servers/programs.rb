# frozen_string_literal: true

require_relative "failure"

module Servers
  # Where the programs of PostgreSQL and pgbouncer are.
  module Programs
    # Debian keeps each version's programs in a folder of its own, and pgbouncer where only root looks.
    FOLDERS = "{/usr/lib/postgresql/*/bin,/usr/sbin}"

    module_function

    # @return [String] the newest of that name, or the one on the PATH where Debian's packages aren't installed
    # @raise [Failure] where there is none
    def find(name)
      packaged = Dir.glob(File.join(FOLDERS, name)).max_by { |path| path[/\d+/].to_i }
      packaged || on_path(name) || raise(Failure, "#{name} isn't installed: run bin/setup (Debian's packages " \
                                                  "postgresql and pgbouncer), or put it on the PATH")
    end

    def on_path(name)
      ENV.fetch("PATH", "").split(File::PATH_SEPARATOR).map { |folder| File.join(folder, name) }
         .find { |path| File.executable?(path) && !File.directory?(path) }
    end
  end
end
