# frozen_string_literal: true

require "English"
require "io/console"
require "pty"
require_relative "children"

# A person at a terminal, in a real IRB.
class IrbTest < Minitest::Test
  include Children

  PROMPT = /^irb> \z/
  # A plain terminal: no colours, no completion, a prompt that can be waited for.
  SETTINGS = <<~RUBY
    IRB.conf[:PROMPT][:TEST] = { PROMPT_I: "irb> ", PROMPT_N: "irb> ", PROMPT_S: "irb> ", PROMPT_C: "irb> ", RETURN: "=> %s\n" }
    IRB.conf[:PROMPT_MODE] = :TEST
    IRB.conf[:USE_MULTILINE] = false
    IRB.conf[:USE_COLORIZE] = false
    IRB.conf[:SAVE_HISTORY] = nil
  RUBY

  PREPARE = <<~'RUBY'.tr("\n", ";")
    coordinator = TaskerCore.create_coordinator("sqlite::memory:")
    gate = Queue.new
    coordinator.register_handler("Irb.quick") { |step| step.context.size }
    coordinator.register_handler("Irb.slow") { |step| $stdout.puts("slow step begins"); gate.pop }
    pair = [{ "name" => "quick", "handler" => { "callable" => "Irb.quick" } }, { "name" => "slow", "handler" => { "callable" => "Irb.slow" }, "dependencies" => ["quick"] }]
    single = [{ "name" => "quick", "handler" => { "callable" => "Irb.quick" } }]
    nil
  RUBY

  def setup
    super
    File.write(path("irbrc"), SETTINGS)
    environment = CLEAN.merge("IRBRC" => path("irbrc"), "TERM" => "dumb", "HOME" => @folder, "INPUTRC" => File::NULL)
    @reader, @writer, @pid = PTY.spawn(environment, RbConfig.ruby, "-I", LIBRARY, "-r", "tasker_core", "-r", "irb",
                                       "-e", "IRB.start", chdir: @folder)
    # One that is narrow is shown shortened lines.
    @writer.winsize = [50, 200]
    read_until(PROMPT, 30)
    type(PREPARE)
  end

  def teardown
    Process.kill(:KILL, @pid)
    Process.wait(@pid)
    [@reader, @writer].each(&:close)
    super
  rescue Errno::ESRCH, Errno::ECHILD
    super
  end

  def test_every_object_prints_one_useful_line
    payload = '"secret" => "payload"'
    {
      "coordinator" => /\A#<TaskerCore::Coordinator sqlite::memory: open, 0 templates>\z/,
      'coordinator.register_template("namespace" => "irb", "name" => "one", "steps" => single)' =>
        %r{\A#<TaskerCore::TemplateInfo .*irb/one.*>\z},
      "task = coordinator.initialize_task(namespace: 'irb', name: 'one', context: { #{payload} })" =>
        %r{\A#<TaskerCore::InitializeResult task 1 irb/one pending, 1 step>\z},
      "coordinator.orchestrate_task(task)" => %r{\A#<TaskerCore::Outcome task 1 complete 1/1>\z},
      "coordinator.config" => /\A#<TaskerCore::Configuration .*>\z/,
      "coordinator.handlers" => /\A#<TaskerCore::HandlerRegistry 2 handlers>\z/,
      "TaskerCore::Worker.new(coordinator)" => /\A#<TaskerCore::Worker stopped>\z/,
      "coordinator.cancel_task(coordinator.initialize_task(namespace: 'irb', name: 'one'))" =>
        /\A#<TaskerCore::Outcome task 2 cancelled.*>\z/,
      "coordinator.engine" => /\A#<.*>\z/,
      "coordinator.close; coordinator" => /\A#<TaskerCore::Coordinator sqlite::memory: closed, 1 template>\z/
    }.each { |input, line| assert_shows(line, input) }
  end

  def test_an_error_is_shown_with_its_message_and_irb_goes_on
    assert_match(/Task not found: 77.*TaskerCore::TaskNotFound/m, type("coordinator.orchestrate_task(77)"))
    assert_shows(/\A#<TaskerCore::Coordinator/, "coordinator")
  end

  def test_ctrl_c_leaves_a_slow_task_and_all_is_usable
    register_pair
    send_line("outcome = coordinator.orchestrate_task(task)")
    read_until(/slow step begins/)
    @writer.write("\u0003")
    read_until(PROMPT)

    assert_shows(/\Anil\z/, "outcome")
    assert_shows(/\A"in_progress"\z/, "coordinator.get_task_context(task)['status']")
    assert_shows(/\A"complete"\z/, 'coordinator.register_template("name" => "one", "steps" => single); ' \
                                   'coordinator.orchestrate_task(coordinator.initialize_task(name: "one"))["status"]')
    # The handler goes on beside it, and what it returns is kept.
    assert_shows(/\A"complete"\z/, "gate << 1; coordinator.orchestrate_task(task, wait_for_retries: true)['status']")
    assert_shows(/\A1\z/, "coordinator.get_task_context(task)['steps'].last['attempts']")
  end

  def test_ctrl_c_during_a_wait_for_a_retry
    type('coordinator.register_handler("Irb.down") { raise TaskerCore::RetryableError.new("down", retry_after: 600) }')
    type('steps = [{ "name" => "s", "handler" => { "callable" => "Irb.down" } }]; ' \
         'coordinator.register_template("name" => "down", "steps" => steps)')
    type('task = coordinator.initialize_task(name: "down")')
    send_line('Thread.new { Thread.pass until Thread.main.stop?; puts "waiting" }; ' \
              "coordinator.orchestrate_task(task, wait_for_retries: true)")
    read_until(/^waiting/)
    @writer.write("\u0003")
    read_until(PROMPT)

    assert_shows(/\A#<TaskerCore::Outcome task 1 in_progress.* goes on at .*>\z/, "coordinator.orchestrate_task(task)")
  end

  def test_leaving_irb_while_a_step_runs_ends_the_process
    register_pair
    send_line("Thread.new { coordinator.orchestrate_task(task) }; nil")
    read_until(/slow step begins/)
    send_line("exit")
    Timeout.timeout(15) { Process.wait(@pid) }

    assert_predicate $CHILD_STATUS, :success?
  end

  private

  def register_pair
    type('coordinator.register_template("namespace" => "irb", "name" => "pair", "steps" => pair)')
    assert_shows(/pending, 2 steps/, "task = coordinator.initialize_task(namespace: 'irb', name: 'pair')")
  end

  # What IRB shows for an expression, which must be one line.
  def assert_shows(pattern, input)
    shown = type(input).lines(chomp: true).map(&:strip).reject(&:empty?)
    values = shown.drop_while { |line| !line.start_with?("=> ") }

    assert_equal 1, values.size, "more than one line for #{input}:\n#{shown.join("\n")}"
    assert_match(pattern, values.first.delete_prefix("=> "))
  end

  # Types a line and gives what comes before the next prompt.
  def type(input)
    send_line(input)
    read_until(PROMPT).sub(PROMPT, "")
  end

  def send_line(input)
    @writer.puts(input)
    @writer.flush
  end

  def read_until(pattern, seconds = 20)
    text = +""
    Timeout.timeout(seconds) do
      text << @reader.readpartial(4096).delete("\r") until text.match?(pattern)
    end
    text
  rescue Timeout::Error, Errno::EIO, EOFError
    flunk "#{pattern.inspect} didn't come; there was:\n#{text}"
  end
end
