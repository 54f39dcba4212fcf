# frozen_string_literal: true

require "English"
require "io/console"
require "json"
require "pty"
require_relative "../integration/children"

# bin/run as a program: what it shows, how it ends, and how it is gone on with.
class BinRunTest < Minitest::Test
  include Children

  ORDER = "examples/fulfillment/process_order.yml"
  STEPS = %w[validate_order charge_payment reserve_inventory ship_order notify_customer].freeze

  # Its handlers do what their files say, so that a test can hold one or have it fail.
  TEMPLATE = <<~YAML
    name: held
    namespace_name: cli
    steps:
      - { name: before, handler: { callable: Held::Before } }
      - { name: held, dependencies: [before], handler: { callable: Held::Wait }, retry: { max_attempts: 2, backoff_base_ms: 2 } }
      - { name: after, dependencies: [held], handler: { callable: Held::After } }
  YAML

  HANDLERS = <<~'RUBY'
    module Held
      class Before
        def call(step) = puts("a handler prints this") || step.context
      end

      class Wait
        def call(_step)
          raise ArgumentError, "the file broken is there" if File.exist?("#{__dir__}/broken")

          File.write("#{__dir__}/reached", "")
          sleep 0.01 until File.exist?("#{__dir__}/gate")
          "held"
        end
      end

      class After
        def call(step) = "#{step.results["held"]} and gone"
      end
    end
  RUBY

  def test_shows_the_graph_each_step_the_progress_and_the_results
    status, out, err = run_order("--context", '{"order_id": 12345}')

    assert_equal [0, ""], [status, err]
    assert_match(%r{\Afulfillment/process_order 1\.0\.0: 5 steps in 4 levels$}, out)
    assert_match(/^ +2 ┬ charge_payment +← validate_order\n +└ reserve_inventory +← validate_order$/, out)
    STEPS.each do |step|
      assert_match(/^ +\d+\.\d+ s  ▶ #{step} +starts$.*^ +\d+\.\d+ s  ✓ #{step} +done in [\d.]+ m?s/m, out)
    end
    assert_match(/✗ charge_payment +attempt 1 of 3 failed after .* service didn't answer; tried again in \d+ ms/,
                 out)
    assert_match(/▶ charge_payment +starts, attempt 3 of 3/, out)
    assert_match(%r{^█{24}  5/5 steps, }, out)
    assert_match(/^Results\n  validate_order +\{"lines":.*notify_customer +\{"to":"customer@example.com"/m, out)
    assert_match(/^Task 1: complete, 5 of 5 steps done, 7 attempts here, in \d+ ms\n\z/, out)
    refute_match(/\e/, out, "there are colours in a file")
  end

  def test_prints_one_json_document_and_nothing_else
    held_template
    File.write(path("gate"), "")
    status, out, err = run_cli(path("held.yml"), "--json", "--context", '{"n": 100000000000000000000000000001}')
    document = JSON.parse(out)

    assert_equal [0, "a handler prints this\n"], [status, err]
    assert_equal ["complete", 3, nil], document.values_at("status", "attempts", "database")
    assert_equal [%w[before held after], { "n" => 100_000_000_000_000_000_000_000_000_001 }],
                 [document["task"]["steps"].map { |step| step["name"] }, document["task"]["context"]]
    assert_match(/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/, document["task"]["completed_at"])
    refute_empty document["task"]["history"]
  end

  def test_a_task_that_fails_ends_with_status_1_and_says_how_to_go_on
    held_template
    File.write(path("broken"), "")
    status, out, = run_cli(path("held.yml"), "--database", database)

    assert_equal 1, status
    assert_match(/✗ held +attempt 1 of 2 failed .*ArgumentError: the file broken is there; tried again (in|at)/, out)
    assert_match(/^Failed\n  held, 2 attempts: ArgumentError: the file broken is there\n    at .*held\.rb:\d+/, out)
    File.delete(path("broken"))
    File.write(path("gate"), "")
    status, out, = run_cli(*way_on(out))

    assert_equal 0, status
    assert_match(/going on with 1 step done/, out)
    refute_match(/▶ before/, out, "a step that was done was run again")
  end

  def test_a_temporary_database_goes_when_the_task_is_complete_and_stays_when_not
    held_template
    File.write(path("broken"), "")
    _, out, = run_cli(path("held.yml"), env: { "TMPDIR" => @folder })
    kept = way_on(out).find { |word| word.start_with?("sqlite://") }.delete_prefix("sqlite://")

    assert_path_exists kept
    File.delete(path("broken"))
    File.write(path("gate"), "")
    run_cli(path("held.yml"), env: { "TMPDIR" => @folder })

    assert_equal [File.dirname(kept)], Dir[path("tasker_core-run-*")]
  end

  %i[INT TERM].each do |signal|
    define_method("test_#{signal}_lets_the_running_step_end_and_says_how_to_go_on") do
      held_template
      child = start_cli(path("held.yml"), "--database", database)
      eventually(20, "the held step") { File.exist?(path("reached")) }
      child.signal(signal)
      child.wait_for(/waiting for 1 running step/)
      File.write(path("gate"), "")
      out = child.finish

      assert_equal 1, child.status.exitstatus
      assert_match(/✓ held .*Task 1: in_progress, 2 of 3 steps done.*^Stopped\. Go on with: /m, out)
      assert_equal 0, run_cli(*way_on(out)).first
    end
  end

  def test_a_second_ctrl_c_doesnt_wait
    held_template
    child = start_cli(path("held.yml"), "--database", database)
    eventually(20, "the held step") { File.exist?(path("reached")) }
    child.signal(:INT)
    child.wait_for(/waiting for 1 running step/)
    child.signal(:INT)
    out = child.finish

    assert_equal 1, child.status.exitstatus
    assert_match(/leaving: the steps that run will be run again/, out)
    File.write(path("gate"), "")

    assert_equal 0, run_cli(*way_on(out)).first
  end

  def test_on_a_terminal_there_are_colours_and_a_line_that_stays_at_the_bottom
    held_template
    File.write(path("gate"), "")
    reader, writer, pid = PTY.spawn(CLEAN.merge("TERM" => "xterm"), *command(path("held.yml")), chdir: ROOT)
    writer.winsize = [40, 100]
    output = +""
    begin
      Timeout.timeout(30) { loop { output << reader.readpartial(4096) } }
    rescue EOFError, Errno::EIO
      Process.wait(pid)
    end

    assert_equal 0, $CHILD_STATUS.exitstatus
    assert_match(/\e\[32m✓ held/, output.force_encoding("UTF-8"))
    assert_match(%r{\r\e\[K█+░+  2/3 steps, 1 running}, output)
    assert_match(/\e\[K\r\n\e\[1mResults/, output, "the progress line isn't taken away at the end")
  ensure
    [reader, writer].compact.each(&:close)
  end

  def test_a_reader_that_goes_away_doesnt_end_the_task
    held_template
    reader, writer = IO.pipe
    reader.close
    File.write(path("gate"), "")
    pid = Process.spawn(CLEAN, *command(path("held.yml"), "--database", database), out: writer, err: File::NULL,
                                                                                   chdir: ROOT)
    _, status = Timeout.timeout(30) { Process.wait2(pid) }

    assert_equal 0, status.exitstatus
    with_coordinator(database) { |coordinator| assert_equal "complete", coordinator.get_task_context(1)["status"] }
  ensure
    writer&.close
  end

  def test_wrong_command_lines_end_with_status_2_and_one_message
    held_template
    File.write(path("broken.yml"), "name: x\nsteps: [\n")
    File.write(path("alone.yml"), TEMPLATE.sub("name: held\n", "name: alone\n"))
    File.write(path("raises.rb"), "raise 'not today'\n")
    wrong_command_lines.each do |arguments, message|
      status, out, err = run_cli(*arguments)

      assert_equal [2, ""], [status, out], "#{arguments.inspect}\n#{err}"
      assert_match(message, err)
      unless arguments.include?("--require")
        refute_match(/\.rb:\d+:in /, err.lines.first(1).join,
                     "there is a backtrace")
      end
      assert_operator err.lines.size, :<=, 2, err
    end
  end

  def test_a_database_that_cant_be_opened_ends_with_status_1
    held_template
    status, out, err = run_cli(path("held.yml"), "--database", "sqlite://#{path("no/such.db")}")

    assert_equal [1, ""], [status, out]
    assert_match(%r{\Abin/run: .*the folder #{path("no")} does not exist}, err)
  end

  def test_help_and_version
    assert_match(%r{\A0Usage: bin/run TEMPLATE .*--database.*--json.*\z}m, run_cli("--help").first(2).join)
    assert_equal [0, "tasker_core #{TaskerCore::VERSION}\n"], run_cli("--version").first(2)
  end

  def test_environments_are_laid_over_the_template
    status, out, = run_order("--context", '{"order_id": 1}', "--environment", "test")

    assert_equal 0, status
    assert_match(/✗ charge_payment .*; tried again (at once|in \d\.\d ms)/, out)
  end

  private

  def held_template
    File.write(path("held.yml"), TEMPLATE)
    File.write(path("held.rb"), HANDLERS)
  end

  def wrong_command_lines
    held = path("held.yml")
    {
      [] => /give the path of a template/, [held, ORDER] => /one template at a time/,
      [held, "--nonsense"] => /invalid option: --nonsense/, [path("none.yml")] => /there is no template/,
      [path("broken.yml")] => /broken\.yml/,
      [path("alone.yml")] => /no handler for before \(Held::Before\), .*--require/,
      [held, "--context", "{"] => /--context isn't JSON/, [held, "--context", "[1]"] => /must be a JSON object/,
      [held, "--context", "@#{path("none.json")}"] => /the file can't be read/,
      [held, "--require", path("none.rb")] => /there is no file/, [held, "--require", path("raises.rb")] => /not today/,
      [held, "--task", "1"] => /--task needs --database/, [held, "--retry"] => /--retry needs --task/,
      [held, "--task", "7", "--database", database] => /Task not found: 7/,
      [held, "--parallel", "0"] => /max_parallel_steps is 0/, [held, "--database", "nonsense"] => /database_url/,
      [ORDER, "--context", "{}"] => /order_id/, [path("held.rb")] => /no class that inherits from TaskerCore::Workflow/
    }
  end

  def command(*arguments)
    [RbConfig.ruby, "-W", "-I", LIBRARY, "-r", "tasker_core/cli", "-e", "exit TaskerCore::CLI.run(ARGV)", "--",
     *arguments]
  end

  def start_cli(*arguments, **options)
    start(*command(*arguments), **options)
  end

  # Status, output, errors.
  def run_cli(*arguments, **options)
    FileUtils.rm_f(path("errors"))
    child = start_cli(*arguments, **options)
    out = child.finish
    [child.status.exitstatus, out, errors]
  end

  def run_order(*arguments) = run_cli(ORDER, *arguments)

  # The arguments of the command line that it ends with.
  def way_on(out)
    require "shellwords"
    out.lines.last[%r{bin/run (.*)}, 1].shellsplit
  end
end
