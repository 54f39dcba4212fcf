# frozen_string_literal: true

require "etc"
require "open3"
require "tempfile"
require_relative "../../../lib/tasker_core/version"
require_relative "clock"

module Benches
  # What ran when and on what, since a figure without it means nothing.
  module Machine
    SYNCS = 200
    # As many processes want a processor at most where nothing much is going on.
    QUIET = 0.6
    # What a database writes at least.
    PAGE = "\0" * 4096

    module_function

    # @return [Hash{String => Object}]
    def facts
      { "taken" => Time.now.utc.strftime("%Y-%m-%d"), "tasker_core" => version,
        "ruby" => RUBY_DESCRIPTION, "cores" => Etc.nprocessors, "cpu" => cpu, "kernel" => Etc.uname[:release],
        "load before" => load }
    end

    # @return [Hash{String => String}] what one has to know of the disk; takes a moment
    def disk
      times = fdatasyncs
      { "fdatasync" => format("%<median>.0f µs (median of %<count>d, 4 KiB written anew below %<folder>s)",
                              median: times[times.size / 2] * 1e6, count: times.size, folder: ON_DISK) }
    end

    # The commit that was measured, too: "dirty" where it was changed.
    def version
      command = %w[git describe --always --dirty --exclude=*]
      revision, status = Open3.capture2(*command, chdir: __dir__, err: File::NULL)
      status.success? ? "#{TaskerCore::VERSION}, #{revision.strip}" : TaskerCore::VERSION
    rescue SystemCallError
      TaskerCore::VERSION
    end

    # @return [Boolean] whether others take so much of the processors that figures can't be trusted
    def busy? = load.to_f > QUIET

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
