# frozen_string_literal: true

require_relative "recorded_run"
require_relative "../../examples/wfinstances/command"

# Traces that are wrong, and what is made of those that are right.
class TraceTest < Minitest::Test
  include TestHelper
  include RecordedRun

  # What is in the file, and what has to be said of it.
  WRONG = {
    "nothing" => ["", /this is not JSON/],
    "half of it" => ['{"schemaVersion": "1.5", "work', /this is not JSON/],
    "an array" => ["[]", /this is not WfFormat: it must be a JSON object/],
    "another format" => ['{"steps": []}', /not WfFormat 1\.5: schemaVersion is missing/],
    "another version" => ['{"schemaVersion": "1.3"}', /not WfFormat 1\.5: schemaVersion is "1\.3"/],
    "no tasks" => ['{"schemaVersion": "1.5", "workflow": {"specification": {"tasks": []}}}',
                   /an array of at least one task/],
    "a workflow that is a list" => ['{"schemaVersion": "1.5", "workflow": []}',
                                    /workflow\.specification\.tasks must be/]
  }.freeze

  WRONG.each do |what, (text, message)|
    define_method("test_#{what.tr(" ", "_")}_is_refused") { assert_refused(message, text) }
  end

  def test_a_cycle_is_shown
    assert_refused(/the steps form a cycle: a → c → b → a|b → a → c → b|c → b → a → c/,
                   document(task("a", "b"), task("b", "c"), task("c", "a")))
  end

  def test_a_task_that_waits_for_itself_is_refused
    assert_refused(/"?a"?.*itself|cycle: a → a/, document(task("a", "a")))
  end

  def test_unknown_parents_and_children_are_named
    assert_refused(/task "a": there is no task "zz", which is one of its parents/, document(task("a", "zz")))
    assert_refused(/task "a": there is no task "yy", which is one of its children/,
                   document(task("a").merge("children" => ["yy"])))
    assert_refused(/task "a": parents must be an array/, document(task("a").merge("parents" => "b")))
  end

  def test_ids_that_are_missing_or_there_twice_are_refused
    assert_refused(/the task id "a" is there twice/, document(task("a"), task("b"), task("a")))
    assert_refused(/tasks\[1\] needs an id/, document(task("a"), { "name" => "b" }))
    assert_refused(/tasks\[0\] needs an id/, document("a"))
  end

  def test_recorded_times_that_are_none_are_refused
    { "fast" => /got "fast"/, -1 => /got -1/, nil => /got nil/ }.each do |time, message|
      assert_refused(message, document(task("a"), execution: [{ "id" => "a", "runtimeInSeconds" => time }]))
    end
    assert_refused(/there is no task "b"/, document(task("a"), execution: [{ "id" => "b", "runtimeInSeconds" => 1 }]))
  end

  def test_a_file_that_is_not_there_and_a_folder_are_refused
    assert_equal [2, "", "wfinstances: /no/such.json can't be read: No such file or directory\n"],
                 command("/no/such.json")
    assert_match(/can't be read: Is a directory/, command(Dir.tmpdir).last)
  end

  def test_command_lines_that_are_wrong_are_refused
    with_file(document(task("a"))) do |path|
      [[], [path, path], [path, "--scale", "fast"], [path, "--scale=-1"], [path, "--scale", "NaN"],
       [path, "--parallel", "0"], [path, "--nonsense"], [path, "--database", "nonsense"]].each do |arguments|
        status, out, err = command(*arguments)

        assert_equal [2, ""], [status, out], arguments.inspect
        assert_match(/\Awfinstances: .+\n\z/, err)
      end
    end
  end

  def test_edges_may_stand_with_parents_or_children_or_both
    trace = parse(document(task("a").merge("children" => ["b"]), task("b"), task("c", "b").merge("children" => []),
                           task("d", "a").tap { |one| one.delete("children") }))

    assert_equal({ "a" => [], "b" => ["a"], "c" => ["b"], "d" => ["a"] }, trace.parents)
    assert_runs_in_order(trace)
  end

  def test_names_of_tasks_may_repeat_and_ids_may_be_odd
    odd = ["#", "a b", "é\u{1F600}", "\"\\/", "x" * 1000, "#{"x" * 1000}y", "line\nbreak", "line\tbreak"]
    trace = parse(document(*odd.map { |id| task(id) }, task("last", *odd)))

    assert_equal odd.size + 1, trace.template["steps"].map { |step| step["name"] }.uniq.size
    assert_runs_in_order(trace)
  end

  def test_critical_path_and_serial_time
    times = { "a" => 1, "b" => 2, "c" => 5, "d" => 0.5 }.map { |id, time| { "id" => id, "runtimeInSeconds" => time } }
    trace = parse(document(task("a"), task("b", "a"), task("c"), task("d", "b", "c"), execution: times))
    schedule = WfInstances::Schedule.new(trace)

    assert_equal [5.5, 8.5, 3], [schedule.critical_path, schedule.serial, schedule.levels]
    assert_equal %w[a b c d], schedule.order.sort
  end

  def test_the_figures_are_printed_for_people_and_as_json
    with_file(document(task("a"), task("b", "a"))) do |path|
      status, out, err = command(path)

      assert_equal [0, ""], [status, err]
      ["makespan", "critical path", "serial", "complete"].each { |word| assert_includes out, word }
      figures = JSON.parse(command(path, "--json", "--parallel", "3", "--scale", "0")[1])

      assert_equal [2, 1, 2, "complete", 3, 0.0],
                   figures.values_at("tasks", "edges", "levels", "status", "parallel", "critical_path_seconds")
    end
  end

  def test_a_database_that_is_named_keeps_the_task
    Dir.mktmpdir do |folder|
      with_file(document(task("a"))) do |path|
        2.times do
          assert_equal 0, command(path, "--database", "sqlite://#{folder}/t.db")[0]
        end
      end
      with_coordinator("sqlite://#{folder}/t.db") do |coordinator|
        assert_equal %w[complete complete], coordinator.list_tasks.map { |one| one["status"] }
        assert_equal 1, coordinator.templates.size
      end
    end
  end

  private

  def task(id, *parents)
    { "id" => id, "name" => "task", "parents" => parents, "children" => [] }
  end

  def document(*tasks, execution: [])
    JSON.generate("schemaVersion" => "1.5",
                  "workflow" => { "specification" => { "tasks" => tasks }, "execution" => { "tasks" => execution } })
  end

  def parse(text) = WfInstances::Trace.new(text, "test")

  def with_file(text)
    Dir.mktmpdir do |folder|
      path = File.join(folder, "trace.json")
      File.write(path, text)
      yield path
    end
  end

  def assert_refused(message, text)
    with_file(text) do |path|
      status, out, err = command(path)

      assert_equal [2, "", 1], [status, out, err.lines.size], err
      assert_match(message, err)
    end
  end

  def command(*arguments)
    out = StringIO.new
    err = StringIO.new
    status = WfInstances::Command.run(arguments, out:, err:)
    [status, out.string, err.string]
  end
end
