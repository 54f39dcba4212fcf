# frozen_string_literal: true

require_relative "figures"
require_relative "platform"
require_relative "postgres"
require_relative "sqlite"

module Gate
  # Builds the program, and runs its workload on each store.
  class Measurement
    STORES = [Sqlite, Postgres].freeze

    # @return [Figures]
    # @raise [Failure]
    def figures
      program = Program.build
      stores = STORES.map { |store| store.new(program) }
      costs = stores.to_h { |store| [store.class::NAME, store.measure] }
      platforms = stores.map(&:platform)
      Figures.new(platforms.reduce(Platform.here, :merge), costs)
    end
  end
end
