# frozen_string_literal: true

require "logger"
require "sidekiq"

# Neither a line for each job nor a warning for each push, which this Sidekiq and this client would else write.
Sidekiq.logger.level = Logger::WARN
Redis.sadd_returns_boolean = false

# The workloads as chains of jobs, without any orchestration: each job pushes those that come after it. What fans in is
# counted down in Redis. The last one says so on a list.
module Peers
  # What is common to the jobs.
  module Job
    def self.included(job)
      job.include(Sidekiq::Worker)
      job.sidekiq_options(retry: false)
    end

    private

    # For whoever waits, and for the count of what has been completed.
    def complete(run)
      Sidekiq.redis do |redis|
        redis.pipelined do |pipeline|
          pipeline.incr("completed")
          pipeline.lpush("waiting:#{run}", 1) if run
        end
      end
    end

    # @return [Boolean] whether it was the last one of them
    def last?(key, of:)
      counter = "left:#{key}"
      finished = Sidekiq.redis { |redis| redis.incr(counter) }
      return false if finished < of

      Sidekiq.redis { |redis| redis.del(counter) }
      true
    end
  end

  # W1: one of a line of five.
  class Line
    include Job

    def perform(run, step = 1)
      step == 5 ? complete(run) : self.class.perform_async(run, step + 1)
    end
  end

  # W2 and W3: one, then some, then one.
  class Fan
    include Job

    def perform(run, width)
      FanMiddle.perform_bulk(Array.new(width) { [run, jid, width] })
    end
  end

  # One of those in the middle.
  class FanMiddle
    include Job

    def perform(run, key, width)
      FanEnd.perform_async(run) if last?(key, of: width)
    end
  end

  # The one that waits for all in the middle.
  class FanEnd
    include Job

    def perform(run) = complete(run)
  end
end
