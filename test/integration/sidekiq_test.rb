# frozen_string_literal: true

require "socket"
require_relative "children"
require_relative "diamond"

# Jobs of a real Sidekiq, on a real Redis, that run tasks.
class SidekiqTest < Minitest::Test
  include Children

  TASKS = 50
  THREADS = 10

  def setup
    super
    skip "redis-server isn't installed (Debian: apt-get install redis-server)" unless program?("redis-server")
    skip "sidekiq isn't installed (Debian: apt-get install ruby-sidekiq)" unless sidekiq?

    @environment = { "REDIS_URL" => "redis://127.0.0.1:#{start_redis}/0", "APP_DATABASE" => database,
                     "RUBYLIB" => LIBRARY }
  end

  def test_ten_threads_run_fifty_tasks_and_each_step_once
    ids = submit(TASKS)
    sidekiq = start_sidekiq
    perform_later(ids)
    assert_all_complete(ids)
    stop(sidekiq)

    assert_equal ids.product(Diamond::STEPS).sort, record.map { |line| line.split.first(2) }
                                                         .map { |id, step| [id.to_i, step] }.sort
    assert_equal [sidekiq.pid], record.map { |line| line.split.last.to_i }.uniq
  end

  def test_the_same_task_in_many_jobs_is_run_once
    ids = submit(3)
    sidekiq = start_sidekiq
    perform_later(ids * 10)
    assert_all_complete(ids)
    stop(sidekiq)

    assert_equal 3 * Diamond::STEPS.size, record.size
  end

  def test_a_job_that_is_cut_off_by_sigterm_is_taken_up_by_the_next_process
    ids = submit(1)
    gate = path("gate")
    # Longer than an idle thread of Sidekiq waits for a job: else it takes the one that is put back, and dies with it.
    first = start_sidekiq("-t", "3", "APP_GATE" => gate)
    perform_later(ids)
    eventually(30, "the step that is held") { File.exist?("#{gate}.reached") }
    stop(first)
    File.write(gate, "")
    second = start_sidekiq
    assert_all_complete(ids)
    stop(second)

    counts = record.map { |line| line.split[1] }.tally
    assert_equal({ "first" => 1, "left" => 2, "right" => 1, "last" => 1 }, counts)
  end

  private

  def program?(name)
    ENV.fetch("PATH").split(File::PATH_SEPARATOR).any? { |folder| File.executable?(File.join(folder, name)) }
  end

  def sidekiq?
    Gem::Specification.find_all_by_name("sidekiq").any? && program?("sidekiq")
  end

  # A port is free until somebody takes it: where that happens between asking and starting, another one is tried.
  def start_redis
    5.times do
      port = Addrinfo.tcp("127.0.0.1", 0).bind { |socket| socket.local_address.ip_port }
      redis = start("redis-server", "--port", port.to_s, "--bind", "127.0.0.1", "--dir", @folder, "--save", "",
                    "--appendonly", "no", "--daemonize", "no")
      return port if redis.wait_for(/Ready to accept connections/)
    rescue RuntimeError
      next
    end
    flunk "redis-server doesn't start"
  end

  def start_sidekiq(*arguments, **environment)
    environment = environment.transform_keys(&:to_s)
    sidekiq = start("sidekiq", "-r", "#{__dir__}/sidekiq_app.rb", "-c", THREADS.to_s, *arguments,
                    env: @environment.merge(environment), folder: @folder)
    sidekiq.wait_for(/sidekiq is up/, 40)
    sidekiq
  end

  def stop(sidekiq)
    sidekiq.signal(:TERM)
    output = sidekiq.finish(20)

    assert_predicate sidekiq.status, :success?, output + errors
    refute_match(/segmentation|\[BUG\]|panicked/i, output + errors)
  end

  # From a client, as a web process would.
  def perform_later(ids)
    command = "ARGV.each { |id| RunTask.perform_async(Integer(id)) }; puts Sidekiq::Queue.new.size.class"
    output_of("require 'sidekiq/api'; require '#{__dir__}/sidekiq_app'\n#{command}", *ids.map(&:to_s),
              env: @environment)
  end

  def submit(count)
    coordinator = Diamond.register(observer)
    Array.new(count) { Diamond.submit(coordinator, path("record")) }
  end

  def observer
    @observer ||= TaskerCore.create_coordinator(database)
  end

  def assert_all_complete(ids)
    eventually(60, "the completion of #{ids.size} tasks") do
      observer.list_tasks(status: "complete", limit: 1000).map { |task| task["task_id"] }.sort == ids
    end
  end

  def teardown
    @observer&.close
    super
  end
end
