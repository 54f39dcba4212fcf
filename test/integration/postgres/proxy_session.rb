# frozen_string_literal: true

# One connection through a {Proxy}.
class ProxySession
  COMMIT = "Q\0\0\0\vCOMMIT\0".b
  # What the server says when it has carried one out.
  COMMITTED = "C\0\0\0\vCOMMIT\0".b
  private_constant :COMMIT, :COMMITTED

  # @param proxy [Proxy]
  # @param client [TCPSocket]
  # @param server [TCPSocket]
  def initialize(proxy, client, server)
    @proxy = proxy
    @client = client
    @server = server
    [client, server].each { |socket| socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1) }
    @deaf = false
  end

  # Passes on, from now on, what each end says.
  def start
    there = Thread.new { carry(:pass_message) }
    back = Thread.new { carry(:pass_answer) }
    [there, back].each { |thread| thread.report_on_exception = false }
  end

  # Passes nothing on any more.
  def forget
    @forgotten = true
  end

  # Ends it at both ends.
  def cut
    [@client, @server].each { |socket| hang_up(socket) }
  end

  private

  def carry(pass)
    loop { send(pass) }
  rescue IOError, SystemCallError
    cut unless @swallowed
  end

  def pass_answer
    answer = @server.readpartial(64 << 10)
    # Of answers to what was sent before the COMMIT there may be some still to come.
    @unheard = "#{@unheard}#{answer}".b if @deaf
    # It has been said, and isn't heard.
    return cut if @unheard&.include?(COMMITTED)

    @client.write(answer) unless @forgotten || @deaf
  end

  # The first message has no kind before its length.
  def pass_message
    head = @started ? exactly(5) : exactly(4)
    body = exactly(head[-4..].unpack1("N") - 4)
    @started = true
    return if @forgotten

    message = head + body
    message == COMMIT ? commit(message) : @server.write(message)
  end

  def commit(message)
    case @proxy.judge
    when :pass then @server.write(message)
    when :cut_before then cut
    when :cut_after
      @server.write(message)
      cut
    when :heard_after
      @deaf = true
      @server.write(message)
    when :swallow then swallow
    end
  end

  def swallow
    @swallowed = true
    @proxy.swallowed(self)
    hang_up(@client)
  end

  def exactly(count)
    text = @client.read(count)
    text && text.bytesize == count ? text : raise(EOFError)
  end

  def hang_up(socket)
    socket.shutdown
  rescue IOError, SystemCallError
    nil
  ensure
    socket.close unless socket.closed?
  end
end
