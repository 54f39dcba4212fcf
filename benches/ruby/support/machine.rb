# frozen_string_literal: true

require "etc"
require "tempfile"
require_relative "../../../lib/tasker_core/version"
require_relative "clock"

module Benches
  # What ran when and on what, since a figure without it means nothing.
  module Machine
    SYNCS = 200
    # What a database writes at least.
    PAGE = "\0" * 4096

    module_function

    # @return [Hash{String => Object}]
    def facts
      { "taken" => Time.now.utc.strftime("%Y-%m-%d"), "tasker_core" => TaskerCore::VERSION,
        "ruby" => RUBY_DESCRIPTION, "cores" => Etc.nprocessors, "cpu" => cpu, "kernel" => Etc.uname[:release],
        "load before" => load }
    end

    # @return [Hash{String => String}] what one has to know of the disk; takes a moment
    def disk
      times = fdatasyncs
      { "fdatasync" => format("%<median>.0f µs (median of %<count>d, 4 KiB written anew below %<folder>s)",
                              median: times[times.size / 2] * 1e6, count: times.size, folder: ON_DISK) }
    end

    def load
      File.exist?("/proc/loadavg") ? File.read("/proc/loadavg").split.first : "unknown"
    end

    def cpu
      line = File.exist?("/proc/cpuinfo") && File.foreach("/proc/cpuinfo").grep(/^model name/).first
      line ? line.split(":").last.strip : "unknown"
    end

    # Of a page that the file has already, as in a log that is written round and round.
    def fdatasyncs
      Tempfile.create("tasker_core-bench", ON_DISK) do |file|
        Array.new(SYNCS + 1) do
          file.rewind
          file.write(PAGE)
          file.flush
          Benches.seconds { file.fdatasync }
        end.drop(1).sort
      end
    end
  end
end
