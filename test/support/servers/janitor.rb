# frozen_string_literal: true

module Servers
  # A process beside a program that cleans up behind it, however that one ends: a SIGKILL leaves no time for it.
  class Janitor
    # @yield in the other process, once this one has ended
    def initialize(&clean)
      reader, @writer = IO.pipe
      @pid = fork { attend(reader, clean) }
      reader.close
    end

    # Has it done now, and waits for it.
    def finish
      @writer.close
      Process.wait(@pid)
    end

    private

    def attend(reader, clean)
      Process.setsid
      %w[TERM INT HUP].each { |signal| trap(signal, "IGNORE") }
      @writer.close
      [$stdin, $stdout].each { |io| io.reopen(File::NULL) }
      # Nothing is ever written: it ends when the last that could write has ended.
      reader.read
      clean.call
      exit!(0)
    rescue StandardError => e
      warn "what a server left behind wasn't removed: #{e.full_message(highlight: false)}"
      exit!(1)
    end
  end
end
