# frozen_string_literal: true

require "fileutils"
require "securerandom"
require "socket"
require_relative "account"
require_relative "failure"
require_relative "processes"
require_relative "programs"

module Servers
  # A server in a folder of its own, on a port of its own. What is one's own and the other's is said by #prepare,
  # #command, #ready?, QUICK and STOPS.
  class Server
    USER = "tasker"
    # Below those that a system gives to outgoing connections: the port is still free when a server comes back.
    PORTS = (15_000..31_999)
    # How long a server may take to start (after a crash it has its log to read) and to stop.
    PATIENCE = 60

    # @return [String]
    attr_reader :folder

    # @return [String] under which address it listens
    attr_reader :address

    # @param parent [String] of its folder, whose path has to be a short one: there is a Unix socket in it
    def initialize(address:, parent: "/tmp")
      @address = address
      @account = Account.for_servers
      kind = self.class.name[/\w+\z/].downcase
      @folder = File.join(parent, "tasker-#{kind}-#{Process.pid}-#{SecureRandom.alphanumeric(6)}")
    end

    # @return [String] of the process that all its others are children of
    def pid = running? ? @process.pid.to_s : raise(Failure, "it isn't running")

    # Makes its folder and starts it.
    def create
      @port = free_port
      Dir.mkdir(folder)
      @account.own(folder, 0o755)
      prepare
      start_on_free_port(attempts: 5)
    end

    # @return [Integer]
    def port = @port || raise(Failure, "it has no port yet")

    def start
      raise Failure, "it is running already" if running?

      File.open(log, "a") do |output|
        @account.own(log, 0o644)
        pid = @account.start(command, folder:, output:, pid_file:)
        @process = Process.detach(pid)
      end
      @paused = false
      outcome = Processes.wait(PATIENCE) { running? ? (ready? && :ready) : :ended }
      FileUtils.rm_f(pid_file) if outcome == :ended
      raise Failure, "it didn't start: #{last_words}" unless outcome == :ready
    end

    # @param manner [String, nil] a key of STOPS
    def stop(manner = nil)
      signal = self.class::STOPS.fetch(manner) { raise Failure, "there is no way to stop called #{manner}" }
      require_running
      resume if @paused
      Process.kill(signal, @process.pid)
      raise Failure, "it didn't stop within #{PATIENCE} s" unless @process.join(PATIENCE)

      FileUtils.rm_f(pid_file)
    end

    def restart(manner = nil)
      stop(manner)
      start
    end

    # Stops it in its tracks: it keeps its connections and answers none.
    def pause
      require_running
      Processes.pause(@process.pid)
      @paused = true
    end

    def resume
      require_running
      Processes.resume(@process.pid)
      @paused = false
    end

    # Ends it and removes all that it has. The process that does so need not be the one that created it.
    def remove
      pid = File.exist?(pid_file) ? File.read(pid_file).to_i : 0
      Processes.finish(pid, self.class::QUICK) if pid.positive?
      Processes.wait(10) { removed? } || raise(Failure, "#{folder} couldn't be removed")
    end

    # What the statements give, on one line; over its socket, which it has in its folder.
    def psql(text, user:, database:, env: {})
      require_answering
      command = [Programs.find("psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", port.to_s, "-U", user,
                 "-d", database, "-c", text]
      Failure.one_line(output_of(*command, env: { "PGCONNECT_TIMEOUT" => "10" }.merge(env)))
    end

    # @return [Boolean]
    def running? = @process ? @process.alive? : false

    # @return [String] the file that it logs to
    def log = File.join(folder, "log")

    private

    def pid_file = File.join(folder, "pid")

    def require_running
      raise Failure, "it isn't running" unless running?
    end

    def require_answering
      require_running
      raise Failure, "it is paused" if @paused
    end

    def removed?
      FileUtils.rm_rf(folder)
      !File.exist?(folder)
    end

    def uri(database, password) = "postgres://#{USER}:#{password}@#{address}:#{port}/#{database}"

    def last_words = Failure.one_line(File.readlines(log).last(5).join)

    # Runs a program to its end and gives what it printed.
    def output_of(*command, **options)
      reader, writer = IO.pipe
      pid = @account.start(command, folder:, output: writer, **options)
      writer.close
      output = reader.read
      _, status = Process.wait2(pid)
      status.success? ? output : raise(Failure, Failure.one_line(output))
    ensure
      reader.close
    end

    # Writes a file that only the server reads.
    def write(name, text, mode = 0o600)
      path = File.join(folder, name)
      File.write(path, text)
      @account.own(path, mode)
      path
    end

    # Another one may have taken the port since the look at it.
    def start_on_free_port(attempts:)
      start
    rescue Failure
      raise if attempts == 1 || !File.read(log).match?(/in use/i)

      @port = free_port
      start_on_free_port(attempts: attempts - 1)
    end

    def free_port
      PORTS.to_a.sample(50).find { |port| free?(port) } || raise(Failure, "no port of #{address} is free")
    end

    def free?(port)
      TCPServer.new(address, port).close
      true
    rescue Errno::EADDRINUSE
      false
    rescue SystemCallError, SocketError => e
      raise Failure, "it can't listen on #{address}: #{e.message}"
    end
  end
end
