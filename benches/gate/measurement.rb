# frozen_string_literal: true

require_relative "callgrind"
require_relative "figures"
require_relative "platform"
require_relative "postgres"
require_relative "program"
require_relative "sqlite"

module Gate
  # Builds the program, and runs its workload twice on each store: once as it is, and once under valgrind, which counts
  # instructions, and writes files of its own meanwhile.
  class Measurement
    STORES = [Sqlite, Postgres].freeze

    # @return [Figures]
    # @raise [Failure]
    def figures
      @program = Program.build
      @callgrind = Callgrind.new(@program)
      stores = STORES.map(&:new)
      costs = stores.to_h { |store| [store.class::NAME, costs(store)] }
      Figures.new(stores.map(&:platform).reduce(Platform.here, :merge), costs)
    end

    private

    # For each phase what a step costs.
    def costs(store)
      phases = store.empty { |url| @program.run(url) { |pid| store.counts(pid) } }
      phases.zip(instructions(store, phases.size)).to_h do |(phase, counts), instructions|
        costs = { **instructions, **counts, **store.told(phase) }
        [phase.name, costs.transform_values { |count| count.fdiv(phase.steps).round(3) }]
      end
    end

    # Each phase's; none where valgrind isn't known to run.
    def instructions(store, phases)
      return Array.new(phases, {}) unless Platform.valgrind?

      counted = store.empty { |url| @callgrind.run(url) }
      raise Failure, "valgrind told of #{counted.size} phases, not #{phases}" unless counted.size == phases

      counted.map do |by_file|
        { "instructions" => by_file.fetch(@program.path), "instructions with libc" => by_file.values.sum }
      end
    end
  end
end
