# frozen_string_literal: true

require "logger"
require_relative "part"
Dir[File.expand_path("../parts/*.rb", __dir__)].each { |file| require file }

module Benches
  # All parts, one after the other on the same stand. One that fails is named, and the others go on.
  class Suite
    PARTS = {
      "steady" => Steady, "submits" => Submits, "jobs" => Jobs, "latency" => Latency, "processes" => Processes,
      "payloads" => Payloads, "history" => History, "waiting" => Waiting, "statements" => Statements,
      "calls" => Calls, "size" => Size, "memory" => Memory
    }.freeze
    # What is said of the processes in every report.
    PROCESSES = "a worker is one of 10 threads in a process of its own, the submitter another process, unless a " \
                "title says so; server, workers and submitter share the machine"

    # @param short [Boolean] whether all is to be small
    # @param folder [String, nil] where results are written; nil for nowhere
    def initialize(short: false, folder: nil)
      @short = short
      @folder = folder
      @failed = []
    end

    # @param names [Array<String>] of parts
    # @return [Boolean] whether all could be measured
    def run(names)
      began = Benches.clock
      TaskerCore.logger = Logger.new($stderr, level: Logger::ERROR)
      caution
      Stand.open(short: @short) do |stand|
        facts = { **Machine.facts, "processes" => PROCESSES, **stand.facts }
        facts.each { |key, value| puts "#{key}: #{value}" }
        names.each { |name| run_part(name, stand, facts) }
      end
      puts "", format("all: %<took>.0f s", took: Benches.clock - began)
      @failed.each { |failure| warn "bench: #{failure}" }
      @failed.empty?
    rescue Failure => e
      warn "bench: #{e.message}"
      false
    end

    private

    def caution
      raise Failure, "the benchmarks need Linux: they read /proc" unless File.directory?("/proc/self/task")

      puts "A try: everything is small, whatever the titles say, and the figures mean nothing." if @short
      return unless Machine.busy?

      warn "bench: the machine is busy with something else (load #{Machine.load}): don't trust the figures of this run"
    end

    # What goes wrong in a part isn't written, and doesn't keep the others from being measured.
    def run_part(name, stand, facts)
      part = PARTS.fetch(name)
      puts "", "== #{name}: #{part::TITLE}"
      report = Report.new(name, part::TITLE, "ruby benches/ruby/run.rb #{name}", facts:, per: part::PER,
                                                                                 folder: @folder)
      took = Benches.seconds { part.new(stand, report).run }
      report.write
      puts format("(%<name>s: %<took>.1f s)", name:, took:)
    rescue StandardError => e
      @failed << "#{name} is not measured: #{e.message}"
      warn e.is_a?(Failure) ? e.message : e.full_message(highlight: false)
    end
  end
end
