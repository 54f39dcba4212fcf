# frozen_string_literal: true

require_relative "execution_helper"

class PoolTest < Minitest::Test
  include ExecutionHelper

  Pool = TaskerCore::Execution::Pool

  # Something to do, once.
  class Job
    attr_reader :thread

    def initialize(&block)
      @block = block
      @done = Queue.new
    end

    def work
      @thread = Thread.current
      @block&.call
    ensure
      @done.push(true)
    end

    def wait
      Timeout.timeout(10) { @done.pop }
      self
    end
  end

  def post(job = Job.new)
    Pool.post(job)
    job.wait
  end

  def test_a_thread_is_used_again
    first = post
    eventually { Pool.idle.positive? }
    threads = Array.new(5) do
      eventually { Pool.idle.positive? }
      post.thread
    end

    assert_includes threads, first.thread
  end

  def test_jobs_that_wait_for_each_other_all_get_a_thread
    jobs = Array.new(30) { Job.new { @gate.pass } }
    jobs.each { |job| Pool.post(job) }
    eventually { @gate.waiting == 30 }
    @gate.open
    jobs.each(&:wait)

    assert_equal 30, jobs.map(&:thread).uniq.size
  end

  def test_an_idle_thread_keeps_nothing_of_its_job_alive
    dropped = Queue.new
    finalizer = proc { dropped.push(true) }
    make = lambda do
      job = Job.new
      ObjectSpace.define_finalizer(job, finalizer)
      post(job)
      nil
    end
    make.call
    # Another job, so that no stale slot of a stack holds the first.
    eventually(10, "the job to be collected") do
      post(Job.new)
      GC.start
      !dropped.empty?
    end

    assert_operator dropped.size, :>=, 1
  end

  def test_an_idle_thread_that_is_killed_is_replaced
    job = post
    eventually { Pool.idle.positive? }
    job.thread.kill.join

    assert post
  end
end
