# frozen_string_literal: true

require "json"

module Gate
  # What the workload costs a step, and the platform on which it was measured.
  class Figures
    COMMITTED = File.join(__dir__, "figures.json")

    # @return [Hash{String => String}]
    attr_reader :platform

    # @param file [String]
    # @return [Figures]
    # @raise [Failure]
    def self.read(file)
      told = JSON.parse(File.read(file))
      new(told.fetch("platform"), told.fetch("a step costs"))
    rescue SystemCallError, JSON::ParserError, KeyError => e
      raise Failure, "#{file} can't be read: #{e.message}"
    end

    # @param platform [Hash{String => String}]
    # @param costs [Hash{String => Hash{String => Hash{String => Numeric}}}] by store, phase and kind
    def initialize(platform, costs)
      @platform = platform
      @costs = costs
    end

    # @return [Hash{Array<String> => Numeric}] by store, phase and kind
    def to_h
      @costs.each_with_object({}) do |(store, phases), flat|
        phases.each { |phase, kinds| kinds.each { |kind, cost| flat[[store, phase, kind]] = cost } }
      end
    end

    # @param file [String]
    def write(file)
      told = { "platform" => @platform, "a step costs" => @costs }
      File.write(file, "#{JSON.pretty_generate(told)}\n")
    end
  end
end
