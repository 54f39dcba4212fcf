# frozen_string_literal: true

require_relative "children"

# The seed's test of memory: coordinators that nobody closes leave nothing.
class ThousandCoordinatorsTest < Minitest::Test
  include Children

  # In a process of its own, where nothing else grows.
  PROGRAM = <<~'RUBY'
    TEMPLATE = { "namespace" => "seed", "name" => "one",
                 "steps" => [{ "name" => "only", "handler" => { "callable" => "Only" } }] }.freeze

    def make_use_and_drop(url)
      coordinator = TaskerCore.create_coordinator(url)
      coordinator.register_handler("Only") { |step| step.context["n"] }
      coordinator.register_template(TEMPLATE)
      task = coordinator.initialize_task(namespace: "seed", name: "one", context: { "n" => 1 })
      status = coordinator.orchestrate_task(task).status
      abort "the task is #{status}" unless status == "complete"
    end

    def figures
      { threads: Dir.children("/proc/self/task").size, files: open_files.size,
        sockets: open_files.count { |target| target.start_with?("socket:") } }
    end

    def open_files
      Dir.children("/proc/self/fd").filter_map do |number|
        File.readlink("/proc/self/fd/#{number}")
      rescue SystemCallError
        nil
      end
    end

    def memory = File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i / 1024.0

    10.times { make_use_and_drop(ARGV.fetch(0)) }
    GC.start
    before = memory
    limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 30
    settle = lambda do |wanted|
      loop do
        GC.start
        now = figures
        late = Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
        return now if late || wanted.all? { |name, count| now[name] <= count }
        Thread.pass
      end
    end
    # The program's own thread, Ruby's timer, and the one for the logs: a first use leaves that on purpose.
    quiet = settle.call(threads: 3)
    limit += 60
    Integer(ARGV.fetch(1)).times { make_use_and_drop(ARGV.fetch(0)) }
    GC.start
    grown = memory - before
    puts quiet.inspect, settle.call(quiet).inspect, grown.round(1)
  RUBY

  def setup
    super
    skip "this machine has no /proc to count with" unless File.directory?("/proc/self/fd")
  end

  def test_1000_coordinators_in_memory_leave_no_memory_no_threads_and_no_files
    assert_nothing_left("sqlite::memory:", 1_000)
  end

  def test_100_coordinators_on_a_file_leave_no_memory_no_threads_and_no_files
    assert_nothing_left(database, 100)
  end

  private

  def assert_nothing_left(url, count)
    before, after, grown = output_of(PROGRAM, url, count.to_s).lines(chomp: true)

    assert_equal before, after
    assert_operator grown.to_f, :<, 50
  end
end
