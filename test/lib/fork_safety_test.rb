# frozen_string_literal: true

require_relative "../test_helper"
require_relative "programs"

class ForkSafetyTest < Minitest::Test
  include Programs

  def test_a_child_has_an_engine_of_its_own_with_the_same_templates_and_handlers
    output = output_of(<<~'RUBY')
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      run(coordinator)
      reader, writer = IO.pipe
      pid = fork do
        writer.puts "child #{run(coordinator)} #{coordinator.list_tasks.size} #{coordinator.templates.size}"
      end
      Process.wait(pid)
      puts $?.success?, reader.gets
      puts "parent #{run(coordinator)} #{coordinator.list_tasks.size}"
    RUBY

    assert_equal "true\nchild complete 1 1\nparent complete 2\n", output
  end

  def test_a_child_may_fork_again_and_children_share_a_file
    output = output_of(<<~'RUBY')
      Dir.mktmpdir do |folder|
        coordinator = ready(TaskerCore.create_coordinator("sqlite://#{folder}/tasks.db"))
        pids = Array.new(3) do
          fork do
            run(coordinator)
            Process.wait(fork { run(coordinator) })
            exit!(1) unless $?.success?
          end
        end
        puts(pids.all? { |pid| Process.wait2(pid).last.success? })
        run(coordinator)
        puts coordinator.list_tasks(status: "complete").size
      end
    RUBY

    assert_equal "true\n7\n", output
  end

  def test_the_process_coordinator_is_remade_after_a_fork
    output = output_of(<<~'RUBY')
      TaskerCore.configure(database_url: "sqlite::memory:")
      ready(TaskerCore.coordinator)
      run(TaskerCore.coordinator)
      Process.wait(fork { exit!(run(TaskerCore.coordinator) == "complete" && TaskerCore.coordinator.list_tasks.one? ? 0 : 1) })
      puts $?.success?
    RUBY

    assert_equal "true\n", output
  end

  def test_a_fork_that_comes_by_no_hook_is_noticed_too
    Dir.mktmpdir do |folder|
      output_of(<<~RUBY)
        coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
        run(coordinator)
        Process.daemon(true, true)
        File.write("#{folder}/new", run(coordinator))
        File.rename("#{folder}/new", "#{folder}/done")
      RUBY
      extend TestHelper
      eventually(20, "the daemon") { File.exist?("#{folder}/done") }

      assert_equal "complete", File.read("#{folder}/done")
    end
  end

  def test_a_child_that_uses_nothing_ends_at_once_and_leaves_the_parent_alone
    output = output_of(<<~RUBY)
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      run(coordinator)
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      Process.wait(fork { GC.start })
      puts $?.success?, Process.clock_gettime(Process::CLOCK_MONOTONIC) - started < 2
      puts run(coordinator)
    RUBY

    assert_equal "true\ntrue\ncomplete\n", output
  end

  def test_a_child_that_is_made_while_others_wait_is_not_held_up_and_they_wait_on
    output = output_of(<<~'RUBY')
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      waiting = Array.new(3) { Thread.new { coordinator.exchange(0, 1, 60_000, []).last.size } }
      waiting.each { |thread| Thread.pass until thread.stop? }
      Process.wait(fork { exit!(run(coordinator) == "complete" ? 0 : 1) })
      puts $?.success?, waiting.count(&:alive?)
      3.times { coordinator.initialize_task(namespace: "test", name: "one") }
      p waiting.map(&:value)
    RUBY

    assert_equal "true\n3\n[1, 1, 1]\n", output
  end

  def test_a_coordinator_that_was_closed_stays_closed_in_the_child
    output = output_of(<<~RUBY)
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      coordinator.close
      Process.wait(fork { exit!((run(coordinator) rescue $!).is_a?(TaskerCore::CoordinatorClosed) ? 0 : 1) })
      puts $?.success?
    RUBY

    assert_equal "true\n", output
  end

  def test_the_logs_of_a_child_reach_its_logger
    output = output_of(<<~RUBY)
      require "stringio"
      TaskerCore.logger = Logger.new(log = StringIO.new, level: Logger::DEBUG)
      coordinator = ready(TaskerCore.create_coordinator("sqlite::memory:"))
      run(coordinator)
      Process.wait(fork do
        log.truncate(0)
        make_the_engine_complain
        limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 10
        Thread.pass until !log.string.empty? || Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
        exit!(log.string.empty? ? 1 : 0)
      end)
      puts $?.success?
    RUBY

    assert_equal "true\n", output
  end
end
