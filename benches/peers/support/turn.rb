# frozen_string_literal: true

require_relative "program"
require_relative "system"

module Peers
  # One system's turn of a round: on an empty store, in a process of its own, all that is measured of it.
  class Turn
    TRIES = 3

    # @param figures [Figures] where what is measured goes
    # @param sizes [Sizes]
    # @param samples [Integer] how many workflows alone
    def initialize(stores, figures, sizes, samples)
      @stores = stores
      @figures = figures
      @sizes = sizes
      @samples = samples
    end

    def run(system)
      @stores.with(system.kind) do |url|
        Program.open(system.command(url)) do |program|
          @figures.version(system, program.version)
          measure(system, program)
        end
      end
    rescue Program::Failure, ServerProgram::Failure, SystemCallError => e
      @figures.failed(system, e.message)
    end

    private

    def measure(system, program)
      @sizes.warm_up(system.key) { |count| program.ask("do" => "run", "workload" => "w1", "count" => count)["seconds"] }
      System::RUNS.each { |workload| runs(system, program, workload) }
      @figures.add(system, "idle", program.ask("do" => "idle", "count" => @samples)["ms"])
      submits(system, program)
    end

    # Where running can be told apart from submitting, both are told.
    def runs(system, program, workload)
      count, answer = long_enough(system, program, workload)
      @figures.add(system, workload, [count / answer["seconds"]])
      @figures.add(system, "#{workload}_run", [count / answer["run_seconds"]]) if answer["run_seconds"]
    end

    # What was guessed too low is asked for again: few workflows tell how long one waits, not how many there are a
    # second.
    # @return [Array(Integer, Hash)] how many, and the answer
    def long_enough(system, program, workload)
      (1..TRIES).each do |number|
        count = @sizes.count(system.key, workload)
        answer = program.ask("do" => "run", "workload" => workload, "count" => count)
        @sizes.learn(system.key, workload, count / answer["seconds"])
        return [count, answer] if number == TRIES || @sizes.enough?(count, answer["seconds"])
      end
    end

    # In whole rounds of the threads that submit.
    def submits(system, program)
      count = ((@sizes.count(system.key, "w1", share: 0.25) / SUBMITTERS) + 1) * SUBMITTERS
      answer = program.ask("do" => "submits", "count" => count)
      @figures.add(system, "submits", [count / answer["seconds"]])
    end
  end
end
