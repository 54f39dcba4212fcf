# frozen_string_literal: true

module TaskerCore
  module CLI
    # Draws a template by level: a step's level is one more than its parents' deepest. Wide levels and deep graphs are
    # shortened, so that a graph of thousands of steps is a page as well.
    # @api private
    class Graph
      # How many steps of one level are drawn.
      WIDEST = 12
      # How many levels are drawn, half of them from the end.
      DEEPEST = 60
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
        all = levels
        shown = all.each_with_index.map { |names, index| draw(names, index + 1, all.size) }
        if all.size > DEEPEST
          left_out = Text.counted(all.size - DEEPEST, "more level")
          shown = [*shown.first(DEEPEST / 2), ["#{" " * label_width(all.size)} ⋮ #{left_out}"],
                   *shown.last(DEEPEST / 2)]
        end
        [title(all), "", *shown.flatten]
      end

      # @return [Array<Array<String>>] names by level
      def levels
        depth = depths
        @parents.keys.group_by { |name| depth[name] }.sort.map(&:last)
      end

      private

      def title(all)
        "#{@template["namespace"]}/#{@template["name"]} #{@template["version"]}: " \
          "#{Text.counted(@parents.size, "step")} in #{Text.counted(all.size, "level")}"
      end

      # Without recursion: a chain may have thousands of steps.
      def depths
        waiting = @parents.transform_values(&:size)
        children = Hash.new { |hash, name| hash[name] = [] }
        @parents.each { |name, parents| parents.each { |parent| children[parent] << name } }
        depth = waiting.select { |_, count| count.zero? }.transform_values { 1 }
        ready = depth.keys
        while (name = ready.shift)
          children[name].each do |child|
            depth[child] = [depth.fetch(child, 1), depth[name] + 1].max
            ready << child if (waiting[child] -= 1).zero?
          end
        end
        depth
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
