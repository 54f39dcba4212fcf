# frozen_string_literal: true

require_relative "../boundary/held_database"
require_relative "worker_processes"

# tasker-worker as a process: what it runs, and how it ends.
class WorkerProcessTest < Minitest::Test
  include WorkerProcesses

  TERMINATED = /has stopped: all its steps have ended$/

  def test_it_says_who_it_is_runs_what_there_is_and_ends_at_sigterm
    open_gate
    with_coordinator(database) do |coordinator|
      ids = Array.new(5) { submit(coordinator) }
      worker = start_worker("--concurrency", "3", "--name", "left")
      eventually(20, "all tasks") { ids.all? { |id| coordinator.get_task_context(id)["status"] == "complete" } }
      worker.signal(:TERM)

      assert_equal "", worker.finish
      assert_predicate worker.status, :success?, errors
      assert_match(/ INFO -- tasker_core: worker left:#{worker.pid} starts: 3 steps at once, of all namesp/, errors)
      assert_match(/, in #{database}$/, errors)
      assert_match TERMINATED, errors
    end
  end

  def test_the_first_signal_lets_running_steps_end_and_takes_no_more
    %i[TERM INT QUIT].each do |signal|
      with_a_step_that_runs do |worker, coordinator, id|
        worker.signal(signal)
        wait_for_log(/stops, by SIG#{signal}: it takes no more steps, and those that run \(1 now\) have 25 s/)
        open_gate
        worker.finish

        assert_predicate worker.status, :success?, errors
        assert_match TERMINATED, errors
        assert_equal [["a", "complete", 1], ["b", "ready", 0]], steps_of(coordinator, id)
        coordinator.cancel_task(id)
      end
      %w[gate record errors].each { |name| File.delete(path(name)) }
    end
  end

  def test_what_does_not_end_in_time_is_given_back_and_no_fault
    with_a_step_that_runs("--timeout", "0.2") do |worker, coordinator, id|
      worker.signal(:TERM)
      worker.finish(10)

      assert_predicate worker.status, :success?, errors
      assert_match(%r{WARN .*not done within 0\.2 s, broken off and given back: task #{id} step slow/line#a}, errors)
      assert_match(/has stopped: not all steps ended in time/, errors)
      assert_equal [["a", "ready", 0], ["b", "pending", 0]], steps_of(coordinator, id)
    end
  end

  def test_a_second_signal_does_not_wait
    with_a_step_that_runs("--timeout", "600") do |worker, coordinator, id|
      worker.signal(:TERM)
      wait_for_log(/stops, by SIGTERM/)
      worker.signal(:INT)
      worker.finish(10)

      assert_predicate worker.status, :success?, errors
      assert_match(/stops at once, by SIGINT/, errors)
      assert_equal ["a", "ready", 0], steps_of(coordinator, id).first
    end
  end

  # As one would that waits in a C library.
  def test_a_handler_that_does_not_let_itself_be_ended_holds_nobody_up
    template = TEMPLATE.merge("steps" => [STEP.merge("handler" => { "callable" => "Slow::Stubborn" })])
    with_a_step_that_runs("--timeout", "0.1", template:) do |worker, coordinator, id|
      worker.signal(:TERM)
      worker.finish(10)

      assert_predicate worker.status, :success?, errors
      assert_match(/handlers that can't be ended are left where they are/, errors)
      eventually(10, "the step to be ready again") { steps_of(coordinator, id).first[1] == "ready" }
    end
  end

  def test_it_takes_steps_of_its_namespaces_only
    open_gate
    with_coordinator(database) do |coordinator|
      others = %w[other third].map { |name| submit(coordinator, TEMPLATE.merge("namespace" => name)) }
      ids = Array.new(3) { submit(coordinator) }
      worker = start_worker("--namespace", "slow", "--namespace", "third")
      ids << others.pop
      eventually(20, "its tasks") { ids.all? { |id| coordinator.get_task_context(id)["status"] == "complete" } }
      worker.signal(:TERM)
      worker.finish

      assert_match(/starts: 10 steps at once, of slow, third, in/, errors)
      assert_equal ["a", "ready", 0], steps_of(coordinator, others.first).first
    end
  end

  def test_templates_can_be_registered_and_handlers_be_registered_by_the_files
    File.write(path("more.rb"), "TaskerCore.register_handler('more') { |step| step.context['n'] + 1 }\n")
    more = { "name" => "more", "namespace" => "slow", "steps" => [STEP.merge("handler" => { "callable" => "more" })] }
    File.write(path("more.yml"), more.to_yaml)
    worker = start_worker("--template", path("line.yml"), "--require", path("more.rb"), "--template", path("more.yml"))
    wait_for_log(/starts:/)
    with_coordinator(database) do |coordinator|
      id = coordinator.initialize_task("namespace" => "slow", "name" => "more", "context" => { "n" => 1 }).task_id
      eventually(20, "the task") { coordinator.get_task_context(id)["status"] == "complete" }

      assert_equal 2, coordinator.get_task_context(id)["steps"].first["result"]
      assert_equal(%w[line more], coordinator.templates.map(&:name).sort)
    end
    worker.signal(:TERM)
    worker.finish

    assert_predicate worker.status, :success?, errors
  end

  # Nothing can be handed in and nothing be given back, and the process ends all the same.
  def test_sigterm_ends_it_while_the_database_does_not_answer
    with_a_step_that_runs("--timeout", "1") do |worker, *|
      suffix, from, length = HeldDatabase::FOR_WRITING
      holder = start(RbConfig.ruby, "-e", HeldDatabase::HOLDER, path("tasks.sqlite3#{suffix}"), from.to_s, length.to_s)
      holder.wait_for(/held/)
      open_gate
      worker.signal(:TERM)
      took = seconds_for { worker.finish(30) }
      holder.stop

      assert_predicate worker.status, :success?, errors
      assert_operator took, :<, 10
    end
  end

  def test_a_signal_before_it_has_begun_ends_it_too
    File.write(path("waits.rb"), "$stdout.puts 'loading'\n$stdout.flush\nsleep\n")
    worker = start_worker("--require", path("waits.rb"))
    worker.wait_for(/loading/)
    worker.signal(:TERM)
    worker.finish

    assert_predicate worker.status, :success?, errors
    assert_match(/tasker-worker: ended by SIGTERM before it took any step/, errors)
  end

  REFUSED = {
    %w[more] => [2, /there are only options, got more/],
    %w[--timeout soon] => [2, /invalid argument: --timeout soon/],
    %w[--timeout -1] => [2, /--timeout must be a number of seconds from 0 up, got -1/],
    %w[--concurrency 0] => [2, /concurrency must be from 1 to 10000, got 0/],
    %w[--require nowhere.rb] => [2, /there is no file nowhere\.rb/],
    %w[--template nowhere.yml] => [2, /there is no template nowhere\.yml/],
    %w[--log-level loud] => [2, /log_level is "loud" \(from the argument\); allowed is one of/],
    %w[--migrate] => [2, /--migrate looks at the configuration alone/],
    %w[--database sqlite:///nowhere/at/all.sqlite3] => [1, %r{/nowhere/at/all\.sqlite3 can't be opened}],
    %w[--database mysql://user:s3cret@host/x] => [2, %r{database_url is "mysql://user:\*\*\*@host/x"}]
  }.freeze

  REFUSED.each do |options, (status, message)|
    define_method("test_it_refuses_#{options.join("_")}") do
      worker = start_worker(*options)

      assert_equal "", worker.finish
      assert_equal status, worker.status.exitstatus, errors
      assert_match message, errors
      refute_includes errors, "s3cret"
    end
  end

  def test_a_file_that_configures_something_else_is_refused
    File.write(path("app.rb"), "TaskerCore.configure(database_url: 'sqlite://#{path("other.sqlite3")}')\n")
    worker = start_worker("--require", path("app.rb"))
    worker.finish

    assert_equal 2, worker.status.exitstatus
    assert_match(/database_url is .*tasks\.sqlite3 on the command line, and .*other\.sqlite3 in/, errors)
  end

  def test_a_file_may_configure_what_the_command_line_does_not_say
    open_gate
    File.write(path("app.rb"), "TaskerCore.configure(database_url: '#{database}')\n")
    with_coordinator(database) do |coordinator|
      id = submit(coordinator)
      worker = start(RbConfig.ruby, "-W", "-I", LIBRARY, PROGRAM, "--require", path("app.rb"), "--require",
                     path("handlers.rb"))
      eventually(20, "the task") { coordinator.get_task_context(id)["status"] == "complete" }
      worker.signal(:TERM)
      worker.finish

      assert_predicate worker.status, :success?, errors
    end
  end

  # In a program of one's own.
  RUN = <<~'RUBY'
    Signal.trap("TERM") { puts "the program's own trap" }
    require ARGV.fetch(1)
    coordinator = TaskerCore.create_coordinator(ARGV.fetch(0))
    worker = TaskerCore::Worker.new(coordinator, concurrency: 2)
    2.times do
      Thread.new { worker.busy.positive? ? puts("busy") : Thread.pass until worker.busy.positive? }
      p worker.run(timeout: 20)
    end
    coordinator.close
    Process.kill(:TERM, Process.pid)
    puts "ends"
  RUBY

  def test_run_can_be_called_again_and_puts_the_signals_back
    open_gate
    with_coordinator(database) do |coordinator|
      child = start_ruby(RUN, database, path("handlers.rb"))
      2.times do
        id = submit(coordinator)
        eventually(20, "the task") { coordinator.get_task_context(id)["status"] == "complete" }
        child.signal(:TERM)
        child.wait_for(/true/)
      end

      assert_match(/the program's own trap\nends\n\z|ends\nthe program's own trap\n\z/, child.finish)
    end
  end

  # A web process, which submits and looks, and workers beside it.
  def test_a_web_process_and_two_workers_share_one_file
    workers = Array.new(2) { |number| start_worker("--concurrency", "4", "--name", "worker#{number}") }
    web = start_ruby(WEB, database, path("line.yml"))
    # One alone might be through with everything before the other has looked.
    eventually(30, "the begin of a step in both") { record.map { |line| line.split.last }.uniq.size == 2 }
    open_gate
    assert_equal "{\"complete\"=>50}\n", web.finish(60)
    workers.each { |worker| worker.signal(:TERM) && worker.finish }

    assert_equal [0, 0], workers.map { |worker| worker.status.exitstatus }, errors
    assert_each_step_ran_once_and_not_by_one_alone
  end

  def test_bin_worker_takes_its_place_in_a_checkout
    worker = start(File.join(ROOT, "bin/worker"), "--database", database, folder: @folder)
    # The extension may have to be built first.
    eventually(600, "its start") { errors.match?(/worker .*:#{worker.pid} starts/) }
    worker.signal(:TERM)
    worker.finish

    assert_predicate worker.status, :success?, errors
  end
end
