# frozen_string_literal: true

require "tmpdir"
require_relative "callgrind"
require_relative "program"

module Gate
  # What the workload costs on a file of SQLite.
  class Sqlite
    NAME = "SQLite"

    # @param program [Program]
    def initialize(program)
      @program = program
    end

    # @return [Hash{String => String}] what the figures depend on, beside the machine: SQLite comes with the code
    def platform = {}

    # @return [Hash{String => Hash{String => Float}}] for each phase what a step costs
    # @raise [Failure]
    def measure
      phases = in_folder { |url| @program.run(url) { |pid| written(pid) } }
      instructions = counted(phases.size)
      phases.zip(instructions).to_h do |(phase, counts), by_file|
        costs = { **counts, "statements" => phase.statements, **by_file }
        [phase.name, costs.transform_values { |count| count.fdiv(phase.steps) }]
      end
    end

    private

    # Each phase's; none where valgrind isn't known to run.
    def counted(phases)
      return Array.new(phases, {}) unless linux?

      by_phase = in_folder { |url| Callgrind.new(@program).run(url) }
      raise Failure, "valgrind told of #{by_phase.size} phases, not #{phases}" unless by_phase.size == phases

      by_phase.map do |by_file|
        { "instructions" => by_file.fetch(@program.path), "instructions with libc" => by_file.values.sum }
      end
    end

    # The length of its path is counted with the rest, so it is always the same.
    def in_folder
      Dir.mktmpdir("gate", "/tmp") { |folder| yield "sqlite://#{folder}/tasks.sqlite3" }
    end

    # To files, so far. The line that it says in between is in it.
    def written(pid)
      return {} unless linux?

      { "bytes written" => Integer(File.read("/proc/#{pid}/io")[/^wchar: (\d+)$/, 1], 10) }
    end

    def linux? = RUBY_PLATFORM.include?("linux")
  end
end
