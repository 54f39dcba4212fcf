# frozen_string_literal: true

require_relative "../test_helper"

class LogPumpTest < Minitest::Test
  include TestHelper

  LogPump = TaskerCore::LogPump

  # One that fails as a closed file does.
  class BrokenLogger < Logger
    def add(*)
      raise IOError, "closed stream"
    end
  end

  LEVELS = { Logger::DEBUG => "debug", Logger::INFO => "info", Logger::WARN => "warn", Logger::ERROR => "error",
             Logger::FATAL => "off", Logger::UNKNOWN => "off" }.freeze

  def test_the_engine_follows_the_loggers_level
    LEVELS.each { |level, name| with_log(level) { assert_equal name, LogPump.level_name } }
  end

  def test_the_engines_records_reach_the_logger
    with_log do |log|
      make_the_engine_complain
      eventually { log.string.include?("broken.db") }

      assert_match(/ERROR -- tasker_store/, log.string)
    end
  end

  def test_what_the_logger_would_drop_is_not_even_made
    with_log(Logger::FATAL) do |log|
      make_the_engine_complain
      LogPump.flush

      assert_empty log.string
    end
  end

  def test_one_thread_serves_all_coordinators
    with_coordinator { with_coordinator { assert_equal 1, pumps.size } }
  end

  def test_a_logger_that_raises_does_not_end_the_thread
    before = TaskerCore.logger
    _, warnings = capture_io do
      TaskerCore.logger = BrokenLogger.new(nil, level: Logger::DEBUG)
      make_the_engine_complain
      eventually { $stderr.string.include?("IOError") }
    end

    assert_match(/the logger failed: IOError: closed stream/, warnings)
    assert_predicate pumps.first, :alive?
  ensure
    TaskerCore.logger = before
  end

  def test_what_is_no_logger_is_a_type_error
    assert_raises(TypeError) { TaskerCore.logger = $stderr }
  end

  def test_nil_is_silence
    before = TaskerCore.logger
    TaskerCore.logger = nil

    assert TaskerCore.logger.error("nobody hears this")
  ensure
    TaskerCore.logger = before
  end

  private

  # Opening what is no database is what the engine logs as an error.
  def make_the_engine_complain
    Dir.mktmpdir do |folder|
      File.write("#{folder}/broken.db", "no database" * 1000)
      assert_raises(TaskerCore::DatabaseError) { TaskerCore.create_coordinator("sqlite://#{folder}/broken.db") }
    end
  end

  def pumps
    Thread.list.select { |thread| thread.name == "tasker_core logs" }
  end
end
