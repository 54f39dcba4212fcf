# frozen_string_literal: true

require "net/http"
require_relative "../../../../test/support/servers/server"

module Servers
  # A Restate server of its own, in a folder on a disk. Its URL is its ingress's, with its admin's port as a fragment.
  class Restate < Server
    QUICK = :KILL
    STOPS = { nil => :TERM }.freeze
    # None of it is a matter of durability: the log is flushed to the disk (rocksdb-disable-wal-fsync is false) before
    # anything is acknowledged.
    SETTINGS = { "RESTATE_LOG_FILTER" => "warn", "RESTATE_LOG_DISABLE_ANSI_CODES" => "true",
                 "RESTATE_DISABLE_TELEMETRY" => "true", "RESTATE_LISTEN_MODE" => "tcp" }.freeze

    # @param program [String] the server's binary
    def initialize(program:)
      super(address: "127.0.0.1", parent: "/var/tmp")
      @program = program
      # It may be in a folder that only its owner reads, and doesn't mind to run as root.
      @account = Account.new(Etc.getpwuid(Process.uid))
    end

    def url = "http://#{address}:#{port}##{@admin}"

    private

    def prepare
      @admin, @node = free_ports
    end

    def free_ports = PORTS.to_a.sample(50).select { |port| port != @port && free?(port) }.first(2)

    def command
      ["env", *SETTINGS.map { |name, value| "#{name}=#{value}" }, "RESTATE_BASE_DIR=#{folder}/data",
       "RESTATE_INGRESS__BIND_ADDRESS=#{address}:#{port}", "RESTATE_ADMIN__BIND_ADDRESS=#{address}:#{@admin}",
       "RESTATE_BIND_ADDRESS=#{address}:#{@node}", "RESTATE_ADVERTISED_ADDRESS=http://#{address}:#{@node}", @program]
    end

    def ready?
      Net::HTTP.get_response(URI("http://#{address}:#{port}/restate/health")).is_a?(Net::HTTPOK) &&
        Net::HTTP.get_response(URI("http://#{address}:#{@admin}/health")).is_a?(Net::HTTPOK)
    rescue SystemCallError, IOError
      false
    end
  end
end
