# frozen_string_literal: true

require_relative "recorded_run"

# The recorded workflows that lie outside of this project.
class WfInstancesTest < Minitest::Test
  include RecordedRun

  FOLDER = [ENV.fetch("TASKER_INPUTS", nil), File.expand_path("../../../shared/inputs", __dir__)]
           .compact.map { |folder| File.join(folder, "wfinstances") }.find { |folder| File.directory?(folder) }
  FILES = FOLDER ? Dir[File.join(FOLDER, "*.json")] : []

  # What INDEX.tsv says of each file.
  INDEX = FOLDER ? File.readlines(File.join(FOLDER, "../INDEX.tsv"), chomp: true).map { |line| line.split("\t") } : []

  def test_the_recorded_workflows_are_there
    unless FOLDER
      warn "SKIPPED: no recorded workflow was run. Set TASKER_INPUTS to the folder of wfinstances/."
      skip "TASKER_INPUTS names no folder with recorded workflows, and ../shared/inputs isn't there"
    end

    assert_operator FILES.size, :>=, 13
  end

  FILES.each do |file|
    name = File.basename(file, ".json")

    define_method("test_every_step_of_#{name}_completes_once_and_in_order") do
      trace = WfInstances::Trace.load(file)
      figures = assert_runs_in_order(trace)
      row = INDEX.find { |path, *| path.end_with?("/#{name}.json") }

      assert_equal row.values_at(2, 3), figures.values_at("tasks", "edges").map(&:to_s) if row
    end
  end

  def test_a_workflow_that_waits_takes_as_long_as_its_critical_path_and_little_longer
    file = FILES.find { |path| path.include?("helloworld-forkjoin") } or skip "there are no recorded workflows"
    figures = assert_runs_in_order(WfInstances::Trace.load(file), scale: 0.001)
    critical = figures["critical_path_seconds"]

    assert_operator figures["makespan_seconds"], :>=, critical
    # A second of its own for a machine that is busy; one after another the steps take 1.0 s.
    assert_operator figures["makespan_seconds"], :<, critical + 1.0
  end
end
