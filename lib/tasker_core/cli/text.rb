# frozen_string_literal: true

require "io/console"

module TaskerCore
  module CLI
    # How things are written for people.
    # @api private
    module Text
      # Where the output is no terminal.
      WIDTH = 120

      module_function

      # @param io [IO]
      # @return [Integer] columns
      def width(io)
        return WIDTH unless io.respond_to?(:winsize) && io.tty?

        columns = io.winsize.last
        columns.positive? ? columns : WIDTH
      rescue SystemCallError
        WIDTH
      end

      # @param text [String]
      # @param limit [Integer] how long it may be
      # @return [String] one line
      def cut(text, limit)
        line = text.gsub(/[[:cntrl:]]+/, " ").strip
        line.length > limit ? "#{line[0, [limit - 1, 1].max]}…" : line
      end

      # @param number [Integer]
      # @param noun [String]
      # @return [String] "1 step", "2 steps"
      def counted(number, noun)
        "#{number.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")} #{noun}#{"s" unless number == 1}"
      end

      # @param seconds [Numeric]
      # @return [String]
      def duration(seconds)
        return format("%.1f ms", seconds * 1000) if seconds < 0.00995
        return format("%d ms", (seconds * 1000).round) if seconds < 0.9995
        return format("%.1f s", seconds) if seconds < 120

        format("%<minutes>d min %<rest>02d s", minutes: seconds.round / 60, rest: seconds.round % 60)
      end
    end
  end
end
