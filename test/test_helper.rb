# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)

require "minitest/autorun"
require "stringio"
require "tasker_core"
require "timeout"
require "tmpdir"

# What all tests of the library may use.
module TestHelper
  # How long a condition is looked at again after it wasn't met.
  PAUSE = 0.002

  # Gives a coordinator that is closed in the end, on a database of its own.
  def with_coordinator(database_url = "sqlite::memory:", **config)
    coordinator = TaskerCore.create_coordinator_with_config({ database_url: }.merge(config))
    yield coordinator
  ensure
    coordinator&.close
  end

  # Waits until the block gives something true, which it returns.
  def eventually(deadline = 10, what = "the condition")
    limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + deadline
    until (met = yield)
      flunk "#{what} wasn't met within #{deadline} s" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
      sleep PAUSE
    end
    met
  end

  # Gives what the library logs while the block runs.
  def with_log(level = Logger::DEBUG)
    before = TaskerCore.logger
    output = StringIO.new
    TaskerCore.logger = Logger.new(output, level:)
    yield output
  ensure
    TaskerCore.logger = before
  end
end
