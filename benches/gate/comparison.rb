# frozen_string_literal: true

require_relative "figures"
require_relative "kinds"

module Gate
  # Measured figures beside committed ones.
  class Comparison
    # What is still the same. Measured again and again, on a busy machine too, instructions differ by 1 % at most and
    # the rest not at all; a change of the code elsewhere may have a compiler inline otherwise.
    TOLERANCE = 0.05

    # One figure; of `committed` and `measured` one may be nil.
    Line = Struct.new(:name, :committed, :measured, :verdict, keyword_init: true) do
      # @return [Float] by which part of the committed figure the measured one is more
      def change
        return 0.0 if measured == committed

        committed.zero? ? Float::INFINITY : (measured - committed).fdiv(committed)
      end
    end

    # @param committed [Figures]
    # @param measured [Figures]
    def initialize(committed, measured)
      @committed = committed
      @measured = measured
    end

    # @return [Array<Line>]
    def lines
      @lines ||= begin
        before = @committed.to_h
        now = @measured.to_h
        (before.keys | now.keys).map { |key| line(key, before[key], now[key]) }
      end
    end

    # @return [Array<Line>] those for which the gate is closed
    def failures = lines.select { |line| %i[risen missing new].include?(line.verdict) }

    # @return [Array<Line>] those whose committed figure is to be renewed
    def fallen = lines.select { |line| line.verdict == :fallen }

    # @return [Hash{String => Array<String>}] of the platform, what differs from that of the committed figures
    def differences
      (@committed.platform.keys | @measured.platform.keys)
        .to_h { |part| [part, [@committed.platform[part], @measured.platform[part]]] }
        .reject { |_, (before, now)| before == now }
    end

    private

    def line(key, committed, measured)
      store, phase, kind = key
      line = Line.new(name: "#{store}, #{phase}: #{kind}", committed:, measured:)
      line.verdict = verdict(line, KINDS.fetch(kind))
      line
    end

    def verdict(line, kind)
      return :elsewhere if kind.of.any? { |part| differences.key?(part) }
      return :new unless line.committed
      return :missing unless line.measured
      return :same if line.change.abs <= TOLERANCE || (line.measured - line.committed).abs < kind.least

      line.change.positive? ? :risen : :fallen
    end
  end
end
