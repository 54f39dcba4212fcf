# frozen_string_literal: true

module TaskerCore
  module CLI
    # Writes lines, from any thread, above a line that stays at the bottom of a terminal. Colours only on a terminal.
    # @api private
    class Screen
      COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }.freeze
      ERASE = "\r\e[K"
      private_constant :COLOURS, :ERASE

      # @return [Integer] columns
      attr_reader :width

      # @param out [IO]
      def initialize(out)
        @out = out
        @terminal = out.respond_to?(:tty?) && out.tty? && ENV["TERM"] != "dumb"
        @colours = @terminal && ENV.fetch("NO_COLOR", "").empty?
        @width = Text.width(out)
        @lock = Mutex.new
        @bottom = nil
      end

      # @return [Boolean]
      def terminal?
        @terminal
      end

      # @param lines [Array<String>]
      # @return [void]
      def say(*lines)
        @lock.synchronize { put("#{ERASE if @bottom}#{lines.map { |line| "#{line}\n" }.join}#{@bottom}") }
      end

      # @param text [String, nil] what stays at the bottom of a terminal; nil for nothing
      # @return [void]
      def bottom(text)
        return unless @terminal

        # A line that wraps couldn't be erased.
        text &&= Text.cut(text, @width - 1)
        @lock.synchronize do
          put("#{ERASE if @bottom || text}#{text}")
          @bottom = text
        end
      end

      # @param text [String]
      # @param colour [Symbol]
      # @return [String]
      def paint(text, colour)
        @colours ? "\e[#{COLOURS.fetch(colour)}m#{text}\e[0m" : text
      end

      # As a Logger's device.
      # @param message [String]
      # @return [void]
      def write(message)
        say(*message.lines(chomp: true).map { |line| paint(line, :yellow) })
      end

      # As a Logger's device.
      # @return [void]
      def close; end

      private

      # Nobody reads any more, as after `| head`: the task goes on all the same.
      def put(text)
        return if @deaf

        @out.write(text)
        @out.flush
      rescue Errno::EPIPE
        @deaf = true
      end
    end
  end
end
