# frozen_string_literal: true

require_relative "recorded_run"

# A workflow of the size that large traces have, made up from a random seed.
class LargeWorkflowTest < Minitest::Test
  include RecordedRun

  TASKS = 2_122
  EDGES = 6_114
  FAN_IN = 1_000

  def test_2122_tasks_with_6114_edges_and_a_fan_in_of_1000_complete_once_and_in_order
    seed = Integer(ENV.fetch("SEED_OF_WORKFLOW", Random.new_seed % 1_000_000))
    trace = WfInstances::Trace.new(JSON.generate(document(Random.new(seed))), "large-#{seed}")
    figures = assert_runs_in_order(trace)

    assert_equal [TASKS, EDGES], figures.values_at("tasks", "edges")
    assert_equal FAN_IN, trace.parents.values.map(&:size).max
  rescue Minitest::Assertion, StandardError
    warn "the seed of this workflow is #{seed}: SEED_OF_WORKFLOW=#{seed} makes it again"
    raise
  end

  private

  def document(random)
    parents = random_parents(random)
    tasks = parents.each_with_index.map do |list, index|
      { "id" => id(index), "name" => "task", "parents" => list.keys.map { |parent| id(parent) }, "children" => [] }
    end
    { "schemaVersion" => "1.5", "workflow" => { "specification" => { "tasks" => tasks.shuffle(random:) } } }
  end

  # The last task waits for the first thousand; every other edge leads from a task to a later one.
  def random_parents(random)
    parents = Array.new(TASKS) { {} }
    FAN_IN.times { |index| parents.last[index] = true }
    edges = FAN_IN
    while edges < EDGES
      from, to = [random.rand(TASKS - 1), random.rand(TASKS - 1)].sort
      next if from == to || parents[to].key?(from)

      parents[to][from] = true
      edges += 1
    end
    parents
  end

  # Long ones, and with characters that are none of a name's.
  def id(index)
    index.even? ? "task #{index} \"é/\\\u{1F600}" : "#{"x" * 300} #{index}\n"
  end
end
