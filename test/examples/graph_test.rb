# frozen_string_literal: true

require_relative "../test_helper"
require "tasker_core/cli"

# How bin/run draws a template.
class GraphTest < Minitest::Test
  def test_a_small_graph_is_drawn_whole
    assert_equal <<~TEXT, draw("a" => [], "b" => ["a"], "long name" => ["a"], "c" => ["b", "long name"])
      test/graph 1.0.0: 4 steps in 3 levels

        1 ─ a
        2 ┬ b          ← a
          └ long name  ← a
        3 ─ c  ← b, long name
    TEXT
  end

  def test_a_step_stands_below_the_deepest_of_its_parents
    levels = TaskerCore::CLI::Levels.of("z" => %w[a c], "a" => [], "b" => ["a"], "c" => ["b"], "y" => [])

    assert_equal [%w[a y], ["b"], ["c"], ["z"]], levels
  end

  def test_a_hundred_steps_side_by_side_stay_readable
    names = Array.new(100) { |number| "step_#{number}" }
    drawing = draw({ "first" => [] }.merge(names.to_h { |name| [name, ["first"]] }).merge("last" => names))

    assert_operator drawing.lines.size, :<, 20
    assert_match(/└ … and 88 more$/, drawing)
    assert_match(/3 ─ last  ← step_0, step_1, .* and \d\d more$/, drawing)
    assert_operator drawing.lines.map { |line| line.chomp.length }.max, :<=, 100
  end

  def test_a_chain_of_a_hundred_is_shortened_in_the_middle
    drawing = draw((1..100).to_h { |number| ["s#{number}", number == 1 ? [] : ["s#{number - 1}"]] })

    assert_match(/ 30 ─ s30 .*\n +⋮ 40 more levels\n +71 ─ s71 /, drawing)
  end

  def test_the_largest_chain_is_drawn_too
    drawing = draw((1..65_536).to_h { |number| ["s#{number}", number == 1 ? [] : ["s#{number - 1}"]] })

    assert_match(/65,536 steps in 65,536 levels/, drawing)
    assert_match(/^ +65536 ─ s65536  ← s65535$/, drawing)
    assert_operator drawing.lines.size, :<, 70
  end

  private

  def draw(parents)
    template = { "namespace" => "test", "name" => "graph", "version" => "1.0.0",
                 "steps" => parents.map { |name, list| { "name" => name, "dependencies" => list } } }
    "#{TaskerCore::CLI::Graph.new(template, 100).lines.join("\n")}\n"
  end
end
