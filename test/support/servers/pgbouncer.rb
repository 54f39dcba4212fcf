# frozen_string_literal: true

require "uri"
require_relative "server"

module Servers
  # A pgbouncer in front of a PostgreSQL, for the same user and database as the URL that it is given.
  class Pgbouncer < Server
    QUICK = :TERM
    STOPS = { nil => :TERM, "fast" => :TERM, "safe" => :INT }.freeze
    # pgbouncer's own, for questions about it.
    CONSOLE = "pgbouncer"

    # @param upstream [String] URL of the PostgreSQL
    # @param settings [Hash{String => String}] for pgbouncer.ini
    def initialize(upstream:, address: "127.0.0.1", pool_mode: "transaction", pool_size: 20, settings: {})
      super(address:)
      @upstream = URI.parse(upstream)
      raise Failure, "the upstream takes a host and a database: postgres://…" unless @upstream.host && database != ""

      @settings = { "pool_mode" => pool_mode, "default_pool_size" => pool_size.to_s }.merge(settings)
    rescue URI::InvalidURIError
      raise Failure, "the upstream is not a URL"
    end

    def url = "postgres://#{@upstream.userinfo}@#{address}:#{port}/#{database}"

    # @return [String] what its console answers, such as to SHOW POOLS
    def ask(text) = psql(text, user:, database: CONSOLE, env: { "PGPASSWORD" => password })

    private

    def user = decoded(@upstream.user)
    def password = decoded(@upstream.password)
    def database = decoded(@upstream.path).delete_prefix("/")
    def decoded(text) = URI.decode_www_form_component(text.to_s.gsub("+", "%2B"))

    def prepare
      write("users.txt", %("#{quoted(user)}" "#{quoted(password)}"\n))
    end

    # The port is known only now.
    def command
      write("pgbouncer.ini", configuration)
      [Programs.find("pgbouncer"), File.join(folder, "pgbouncer.ini")]
    end

    def configuration
      settings = { "listen_addr" => address, "listen_port" => port, "unix_socket_dir" => folder,
                   "auth_type" => "scram-sha-256", "auth_file" => File.join(folder, "users.txt"),
                   "admin_users" => user, "max_client_conn" => 1000 }.merge(@settings)
      <<~INI
        [databases]
        #{database} = host=#{@upstream.host} port=#{@upstream.port || 5432} dbname=#{database}

        [pgbouncer]
        #{settings.map { |name, value| "#{name} = #{value}" }.join("\n")}
      INI
    end

    def quoted(text) = text.gsub('"', '""')

    def ready?
      TCPSocket.new(address, port).close
      true
    rescue SystemCallError
      false
    end
  end
end
