# frozen_string_literal: true

module TaskerCore
  module CLI
    # Draws a template by level. Wide levels and deep graphs are shortened, so that a graph of thousands of steps is a
    # page as well.
    # @api private
    class Graph
      # How many steps of one level are drawn.
      WIDEST = 12
      # How many levels are drawn, half of them from the end.
      DEEPEST = 60
      # How much of a name is shown.
      LONGEST_NAME = 48

      # @param template [Hash] a template's description
      # @param width [Integer] columns
      def initialize(template, width)
        @template = template
        @width = width
        @parents = template["steps"].to_h { |step| [step["name"], step["dependencies"]] }
      end

      # @return [Array<String>]
      def lines
        all = Levels.of(@parents)
        shown = all.each_with_index.map { |names, index| draw(names, index + 1, all.size) }
        if all.size > DEEPEST
          left_out = Text.counted(all.size - DEEPEST, "more level")
          shown = [*shown.first(DEEPEST / 2), ["#{" " * label_width(all.size)} ⋮ #{left_out}"],
                   *shown.last(DEEPEST / 2)]
        end
        [title(all), "", *shown.flatten]
      end

      private

      def title(all)
        "#{@template["namespace"]}/#{@template["name"]} #{@template["version"]}: " \
          "#{Text.counted(@parents.size, "step")} in #{Text.counted(all.size, "level")}"
      end

      def draw(names, number, of)
        shown = names.size > WIDEST + 1 ? names.first(WIDEST) : names
        left_out = names.size - shown.size
        column = [shown.map(&:length).max, LONGEST_NAME].min
        rows = shown.map { |name| row(name, column) }
        rows << "… and #{left_out} more" if left_out.positive?
        rows.each_with_index.map do |text, index|
          "#{(index.zero? ? number.to_s : "").rjust(label_width(of))} #{branch(index, rows.size)} #{text}".rstrip
        end
      end

      def label_width(levels)
        levels.to_s.length + 2
      end

      def branch(index, count)
        return "─" if count == 1
        return "┬" if index.zero?

        index == count - 1 ? "└" : "├"
      end

      def row(name, column)
        label = Text.cut(name, column)
        parents = @parents.fetch(name)
        return label if parents.empty?

        "#{label.ljust(column)}  ← #{parents_text(parents, @width - column - 12)}"
      end

      def parents_text(parents, room)
        text = parents.join(", ")
        return text if text.length <= room

        fitting = parents.each_index.find { |count| parents.first(count + 1).join(", ").length > room - 14 } || 1
        fitting = [fitting, 1].max
        first = Text.cut(parents.first(fitting).join(", "), [room - 14, 20].max)
        parents.size > fitting ? "#{first} and #{parents.size - fitting} more" : first
      end
    end
  end
end
