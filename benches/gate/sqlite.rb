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

    # @return [Hash{String => Hash{String => Float}}] for each phase what a step costs
    def measure
      phases = in_folder { |url| @program.run(url) { |pid| { "bytes written" => written(pid) } } }
      instructions = in_folder { |url| Callgrind.new(@program).run(url) }
      phases.zip(instructions).to_h do |(phase, counts), by_file|
        costs = { **counts, "statements" => phase.statements, **told(by_file) }
        [phase.name, costs.transform_values { |count| count.fdiv(phase.steps) }]
      end
    end

    private

    def told(by_file)
      { "instructions" => by_file.fetch(@program.path), "instructions with libc" => by_file.values.sum }
    end

    # The length of the path is counted with the rest: it is always the same.
    def in_folder
      Dir.mktmpdir("gate", "/tmp") { |folder| yield "sqlite://#{folder}/tasks.sqlite3" }
    end

    # What it has written to files so far; the lines that it says are few.
    def written(pid) = Integer(File.read("/proc/#{pid}/io")[/^wchar: (\d+)$/, 1], 10)
  end
end
