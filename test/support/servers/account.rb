# frozen_string_literal: true

require "etc"
require "fileutils"

module Servers
  # Whom servers run as: neither PostgreSQL nor pgbouncer runs as root, so for root it is somebody else.
  class Account
    # The first is made by Debian's package, the second is everywhere.
    STAND_INS = %w[postgres nobody].freeze
    # Settings of who runs the tests, which mustn't reach their servers. Looking for the time zone is what initdb
    # would else spend a tenth of its time on.
    ENVIRONMENT = ENV.keys.grep(/\APG/).to_h { |name| [name, nil] }.merge("LC_ALL" => "C", "TZ" => "UTC").freeze

    # @return [Account] who runs this program, or a stand-in for root
    def self.for_servers
      return new(Etc.getpwuid(Process.uid)) unless Process.uid.zero?

      name = STAND_INS.find { |stand_in| known?(stand_in) }
      raise Failure, "servers don't run as root, and there is no user #{STAND_INS.join(" or ")}" unless name

      new(Etc.getpwnam(name))
    end

    def self.known?(name)
      Etc.getpwnam(name)
    rescue ArgumentError
      false
    end
    private_class_method :known?

    def initialize(entry)
      @entry = entry
    end

    # @return [String]
    def name = @entry.name

    # @return [Array<(Integer, Integer)>] the ids of user and group
    def ids = [@entry.uid, @entry.gid]

    # Makes the file theirs.
    def own(path, mode)
      File.chown(*ids, path) if Process.uid.zero?
      File.chmod(mode, path)
    end

    # Starts a program as that user, in a session of its own: a Ctrl-C isn't for it.
    #
    # @param command [Array<String>]
    # @param folder [String] where it works
    # @param output [IO] where all that it prints goes
    # @param pid_file [String, nil] where its process id is written before it begins
    # @return [Integer] its process id
    def start(command, folder:, output:, pid_file: nil, env: {})
      fork do
        become
        Process.setsid
        File.write(pid_file, Process.pid) if pid_file
        exec(ENVIRONMENT.merge(env), *command, in: File::NULL, out: output, err: output, chdir: folder)
      rescue SystemCallError => e
        output.puts("#{command.first}: #{e.message}")
        exit!(127)
      end
    end

    private

    def become
      %w[TERM INT HUP].each { |signal| trap(signal, "DEFAULT") }
      return unless Process.uid.zero?

      uid, gid = ids
      Process.initgroups(name, gid)
      Process::GID.change_privilege(gid)
      Process::UID.change_privilege(uid)
    end
  end
end
