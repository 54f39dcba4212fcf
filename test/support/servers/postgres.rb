# frozen_string_literal: true

require_relative "disk"
require_relative "server"

module Servers
  # A PostgreSQL with one database, which belongs to a role without privileges.
  class Postgres < Server
    DATABASE = "tasker_test"
    SUPERUSER = "postgres"
    QUICK = :QUIT
    STOPS = { nil => :INT, "fast" => :INT, "immediate" => :QUIT }.freeze

    # What has been committed is with the system, so it outlives the server's processes, which is all that tests end.
    HASTY = { "fsync" => "off", "full_page_writes" => "off", "dynamic_shared_memory_type" => "mmap" }.freeze

    # @param tls [Hash{Symbol => String}] the files :cert, :key, :ca
    # @param hba [Array<String>] lines for pg_hba.conf, before its own
    # @param settings [Hash{String => String}] for postgresql.conf
    # @param durable [Boolean] whether it is to outlive a loss of power too, as by default
    # @param size [Integer, nil] of its disk in MiB; no disk of its own without
    def initialize(address:, tls: {}, hba: [], settings: {}, durable: false, size: nil)
      # A temporary folder may be in memory, where nothing takes the time that it takes on a disk.
      super(address:, parent: durable ? "/var/tmp" : "/tmp")
      @tls = tls.transform_values { |file| read(file) }
      @hba = hba
      @disk = Disk.new(data, size)
      @settings = (durable || size ? {} : HASTY).merge(settings)
    end

    def create
      super
      @password = SecureRandom.alphanumeric(20)
      ask("create role #{USER} login password '#{@password}'", database: "postgres")
      ask("create database #{DATABASE} owner #{USER}", database: "postgres")
    end

    def url = uri(DATABASE, @password)

    # @return [String] what the statements gave, on one line
    def ask(text, database: DATABASE)
      psql(text, user: SUPERUSER, database:)
    end

    # @return [nil]
    def sql(text)
      ask(text)
      nil
    end

    # Leaves no room on its disk.
    def fill = @disk.fill

    # Gives the room back.
    def free = @disk.free

    def remove
      super
    ensure
      @disk.unmount
    end

    private

    def data = File.join(folder, "data")

    def prepare
      Dir.mkdir(data)
      @account.own(data, 0o700)
      @disk.mount(@account)
      output_of(Programs.find("initdb"), "-D", data, "-N", "--no-instructions", "-E", "UTF8", "--no-locale",
                "-U", SUPERUSER, "--auth", "peer", pid_file:)
      add_settings
      write("data/pg_hba.conf", access)
      # Whoever the server runs as may be its superuser, over its socket only.
      write("data/pg_ident.conf", "servers #{@account.name} #{SUPERUSER}\n")
    end

    def access
      [
        "local all #{SUPERUSER} peer map=servers",
        *@hba,
        "local all all scram-sha-256",
        "host all all all scram-sha-256"
      ].map { |line| "#{line}\n" }.join
    end

    def add_settings
      all = { "listen_addresses" => address, "unix_socket_directories" => folder, "max_connections" => "200",
              "password_encryption" => "scram-sha-256" }.merge(tls_settings, @settings)
      lines = all.map { |name, value| "#{name} = '#{value.gsub("'", "''")}'\n" }
      File.write(File.join(data, "postgresql.conf"), lines.join, mode: "a")
    end

    def tls_settings
      return {} if @tls.empty?

      files = @tls.to_h { |name, text| ["ssl_#{name}_file", write("data/#{name}.pem", text)] }
      { "ssl" => "on" }.merge(files)
    end

    def read(file)
      File.read(file)
    rescue SystemCallError => e
      raise Failure, "a file for TLS can't be read: #{e.message}"
    end

    def command = [Programs.find("postgres"), "-D", data, "-p", port.to_s]

    # The file has the port in its fourth line, and how far the server is in its eighth.
    def ready?
      lines = File.readlines(state, chomp: true)
      lines[0].to_i == @process.pid && lines[7]&.strip == "ready"
    rescue Errno::ENOENT
      false
    end

    def state = File.join(data, "postmaster.pid")

    # A server that was killed leaves its segment of shared memory behind, named in its file's seventh line.
    def removed?
      segment = File.readlines(state)[6].to_s.split[1] if File.exist?(state)
      system("ipcrm", "-m", segment, err: File::NULL) if segment
      @disk.unmount
      super
    end
  end
end
