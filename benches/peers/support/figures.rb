# frozen_string_literal: true

module Peers
  # What has been measured, by system and workload.
  class Figures
    # What each workload is called, and the unit of its figures.
    WORKLOADS = {
      "w1" => ["W1, a line of 5", "workflows/s"],
      "w2" => ["W2, a diamond of 4", "workflows/s"],
      "w3" => ["W3, 1→100→1", "workflows/s"],
      "w1_run" => ["W1, submitted before", "workflows/s"],
      "w2_run" => ["W2, submitted before", "workflows/s"],
      "w3_run" => ["W3, submitted before", "workflows/s"],
      "idle" => ["W1 alone, submit to complete", "ms"],
      "submits" => ["submits of W1, one a call from 8 threads", "tasks/s"]
    }.freeze

    LIMIT = "limit"

    # Three digits are what such a machine can tell.
    # @return [String]
    def self.shown(number) = number >= 100 ? number.round.to_s : format("%.3g", number)

    # @return [Hash{String => String}] what each system says that it is
    attr_reader :versions

    # @return [Hash{String => String}] what went wrong, by system or limit
    attr_reader :failures

    # @param repetitions [Integer] with fewer a figure isn't given
    def initialize(repetitions)
      @repetitions = repetitions
      @samples = Hash.new { |samples, key| samples[key] = [] }
      @limits = Hash.new { |samples, key| samples[key] = [] }
      @systems = []
      @versions = {}
      @failures = {}
      @not_at_hand = {}
    end

    def version(system, text)
      @systems |= [system]
      @versions[system.name] = text
    end

    def add(system, workload, samples) = @samples[[system, workload]].concat(samples)

    # @param what [String] of the machine or of a database by itself
    def limit(what, store, durable, unit, sample) = @limits[[what, store, durable, unit]] << sample

    # @param name [#to_s] of a system or a limit
    def failed(name, why)
      @failures[name.to_s] = why
      puts "#{name}: #{why}"
    end

    # @param name [#to_s] of a system that isn't there to be measured
    def not_at_hand(name, why)
      @not_at_hand[name.to_s] = why
      puts "not measured: #{name}: #{why}"
    end

    # @return [Array<Hash>] one for each system that couldn't be measured, or not wholly
    def missing
      @not_at_hand.merge(@failures).map { |system, why| { "system" => system, "why" => why } }
    end

    # @return [Array<System>] those of which there are figures
    def systems = @systems.select { |system| WORKLOADS.keys.any? { |workload| samples(system, workload) } }

    # @return [Hash, nil] the figure
    def of(system, workload)
      samples = samples(system, workload) or return
      what, unit = WORKLOADS.fetch(workload)
      row(samples, unit, "what" => "#{what}: #{system}", "system" => system.name, "workload" => workload,
                         "store" => system.store, "durable" => system.durable, "leaves_out" => system.leaves_out)
    end

    # @return [String, nil] its median, of many samples also the 99th of a hundred
    def told(system, workload)
      of(system, workload)&.values_at("median", "p99")&.compact&.map { |each| Figures.shown(each) }&.join(" / ")
    end

    # @return [Array<Hash>] what the machine and the databases give by themselves
    def limits
      @limits.map do |(what, store, durable, unit), samples|
        row(samples, unit, "what" => "#{what}: #{store}", "system" => what, "workload" => LIMIT, "store" => store,
                           "durable" => durable, "leaves_out" => "workflows")
      end
    end

    # @return [Array<Hash>] all figures
    def rows
      limits + systems.flat_map { |system| WORKLOADS.keys.filter_map { |workload| of(system, workload) } }
    end

    # @return [Array<Hash>] this project's own against each of the others
    def ratios
      own, others = systems.partition(&:own?)
      own.product(others).select { |one, other| one.comparable?(other) }.flat_map do |one, other|
        WORKLOADS.keys.filter_map { |workload| ratio(one, other, workload) }
      end
    end

    private

    # How many times as good one is as another: of each round by itself where a round has one figure, since what slows
    # a round down slows both.
    #
    # @return [Hash, nil] nil where one of both hasn't been measured
    def ratio(one, other, workload)
      ours = samples(one, workload)
      theirs = samples(other, workload)
      return unless ours && theirs

      less_is_better = WORKLOADS.fetch(workload).last == "ms"
      ours, theirs = [ours, theirs].map { |samples| [at(samples.sort, 0.5)] } if ours.size > @repetitions
      ratios = ours.zip(theirs).map { |our, their| less_is_better ? their / our : our / their }.sort
      { "of" => one.to_s, "against" => other.to_s, "workload" => workload, "median" => at(ratios, 0.5),
        "lowest" => ratios.first, "highest" => ratios.last }
    end

    # Of a turn that failed on its way some are missing, and rounds wouldn't match.
    def samples(system, workload)
      samples = @samples.fetch([system, workload], [])
      samples if samples.size >= @repetitions
    end

    def row(samples, unit, about)
      sorted = samples.sort
      row = about.merge("unit" => unit, "median" => at(sorted, 0.5), "lowest" => sorted.first,
                        "highest" => sorted.last)
      row["p99"] = at(sorted, 0.99) if sorted.size >= 100
      row.merge("repetitions" => sorted.size)
    end

    def at(sorted, share) = sorted[((sorted.size - 1) * share).round]
  end
end
