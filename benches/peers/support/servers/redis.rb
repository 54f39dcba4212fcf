# frozen_string_literal: true

require_relative "../../../../test/support/servers/server"

module Servers
  # A Redis of its own, in a folder on a disk.
  class Redis < Server
    QUICK = :TERM
    STOPS = { nil => :TERM }.freeze
    # What the package's configuration file has, or Redis by itself: a snapshot now and then.
    DEFAULTS = [].freeze
    # Each command is on the disk when it is answered.
    DURABLE = %w[--appendonly yes --appendfsync always].freeze

    def initialize(durable:)
      super(address: "127.0.0.1", parent: "/var/tmp")
      @settings = durable ? DURABLE : DEFAULTS
    end

    def url = "redis://#{address}:#{port}/0"

    private

    def prepare; end

    def command
      [Programs.find("redis-server"), "--bind", address, "--port", port.to_s, "--dir", folder, *@settings]
    end

    def ready?
      TCPSocket.open(address, port) do |socket|
        socket.puts("PING")
        socket.gets&.start_with?("+PONG")
      end
    rescue SystemCallError
      false
    end
  end
end
