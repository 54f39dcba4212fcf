# frozen_string_literal: true

require "etc"
require "time"

module Peers
  # What ran when and on what, since a figure without it means nothing.
  module Machine
    # What decides how much of what was committed a loss of power takes, and what each commit waits for.
    DURABILITY = %w[fsync full_page_writes synchronous_commit wal_sync_method].freeze

    module_function

    # @return [Hash{String => Object}]
    def facts(postgres)
      cpu = File.exist?("/proc/cpuinfo") && File.foreach("/proc/cpuinfo").grep(/^model name/).first
      settings = DURABILITY.map { |name| "#{name}=#{postgres.ask("show #{name}")}" }
      { "taken" => Time.now.utc.strftime("%Y-%m-%d"), "ruby" => RUBY_DESCRIPTION, "cores" => Etc.nprocessors,
        "cpu" => cpu ? cpu.split(":").last.strip : "unknown", "kernel" => Etc.uname[:release], "load before" => load,
        "PostgreSQL" => "#{postgres.ask("show server_version")}, over TCP on the same machine",
        "durability of PostgreSQL" => "#{settings.join(", ")} (its defaults)",
        "durability of SQLite" => "journal_mode=WAL, synchronous=FULL where nothing else is said",
        "processes" => "client and worker in one process where the system allows it, databases and servers beside it" }
    end

    def load = File.exist?("/proc/loadavg") ? File.read("/proc/loadavg").split.first : "unknown"
  end
end
