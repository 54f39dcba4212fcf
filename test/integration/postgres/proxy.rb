# frozen_string_literal: true

require "socket"
require "uri"
require_relative "proxy_session"

# A network between us and a PostgreSQL, which a test cuts when it likes: a TCP proxy that knows just enough of the
# protocol to see a COMMIT pass.
#
# What becomes of a COMMIT is said by {#fate}, for each one anew:
# - `:pass`: nothing happens to it
# - `:cut_before`: it never arrives, both ends are closed
# - `:cut_after`: it is passed on, both ends are closed, and the server's answer is lost
# - `:heard_after`: as that, but only once the server has answered
# - `:swallow`: it never arrives, and the server isn't told that nobody is there any more
class Proxy
  # Gives a proxy that is gone in the end.
  #
  # @param upstream [String] URL of the PostgreSQL
  # @yieldparam proxy [Proxy]
  # @return [Object] what the block gives
  def self.open(upstream)
    proxy = new(upstream)
    yield proxy
  ensure
    proxy&.close
  end

  # @return [#call] gives what is to become of a COMMIT
  attr_accessor :fate

  # @return [Hash{Symbol => Integer}] how many COMMITs met which fate
  attr_reader :met

  # @param upstream [String]
  def initialize(upstream)
    @upstream = URI.parse(upstream)
    @mutex = Mutex.new
    @sessions = []
    @swallowed = []
    @met = Hash.new(0)
    @fate = -> { :pass }
    @door = TCPServer.new("127.0.0.1", 0)
    @port = @door.addr[1]
    attend
  end

  # @return [String] the same database by way of the proxy; TLS would hide what passes
  def url
    uri = @upstream.dup
    uri.host = "127.0.0.1"
    uri.port = @port
    uri.query = "sslmode=disable"
    uri.to_s
  end

  # Cuts every connection. New ones are made as before.
  # @return [Integer] how many there were
  def cut
    sessions = @mutex.synchronize { @sessions.slice!(0..) }
    sessions.each(&:cut).size
  end

  # Passes nothing on any more on the connections that there are, and leaves them open: a firewall has forgotten them.
  def forget
    @mutex.synchronize { @sessions.each(&:forget) }
  end

  # Refuses new connections from now on; those that there are stay.
  def refuse
    @mutex.synchronize { @door.close unless @door.closed? }
  end

  # Refuses connections from now on, and cuts those that there are.
  def shut
    refuse
    cut
  end

  # Lets connections through again.
  def reopen
    @mutex.synchronize { @door = TCPServer.new("127.0.0.1", @port) }
    attend
  end

  # Tells the server of those whose COMMIT was swallowed that nobody is there any more.
  def release
    @mutex.synchronize { @swallowed.slice!(0..) }.each(&:cut)
  end

  def close
    shut
    release
  end

  # @api private
  # @return [Symbol] what is to become of the COMMIT that has just come
  def judge
    @fate.call.tap { |fate| @mutex.synchronize { @met[fate] += 1 } }
  end

  # @api private
  # @param session [ProxySession] one whose end at the server stays open
  def swallowed(session)
    @mutex.synchronize { @swallowed << @sessions.delete(session) }
  end

  private

  def attend
    door = @door
    Thread.new do
      loop { welcome(door.accept) }
    rescue IOError, SystemCallError
      # The door is shut.
    end
  end

  def welcome(client)
    session = ProxySession.new(self, client, TCPSocket.new(@upstream.host, @upstream.port))
    @mutex.synchronize { @door.closed? ? session.cut : @sessions << session }
    session.start
  rescue SystemCallError
    # As a network whose other end is gone.
    client.close
  end
end
