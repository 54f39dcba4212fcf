# frozen_string_literal: true

require "optparse"

module WfInstances
  # The command line, read and checked.
  class Options
    # The command line is wrong.
    class Wrong < StandardError; end

    BANNER = <<~TEXT
      Usage: ruby examples/wfinstances.rb PATH [options]

      Runs a workflow trace in WfFormat 1.5. Exit status: 0 all steps are complete, 1 they aren't, 2 PATH is no such
      trace, or the command line is wrong.

    TEXT

    # @return [String, nil] the trace's path
    attr_reader :path
    # @return [Float] by how much the recorded times are multiplied
    attr_reader :scale
    # @return [String, nil] nil for a temporary one
    attr_reader :database
    # @return [Integer, nil] how many steps run at once; nil leaves it to the configuration
    attr_reader :parallel
    # @return [Boolean]
    attr_reader :json
    # @return [String, nil] what is printed instead of running anything
    attr_reader :help

    # @param arguments [Array<String>]
    # @raise [Wrong]
    def initialize(arguments)
      @scale = 0.001
      @json = false
      paths = parser.permute(arguments)
      return if @help
      raise Wrong, "give the path of one trace, got #{paths.empty? ? "none" : paths.join(", ")}" unless paths.one?
      raise Wrong, "--scale must be a number from 0 up, got #{@scale}" unless @scale.finite? && !@scale.negative?

      @path = paths.first
    rescue OptionParser::ParseError => e
      raise Wrong, e.message
    end

    private

    def parser
      OptionParser.new do |parser|
        parser.banner = BANNER
        parser.on("--scale S", Float, "Multiply the recorded times by S (default 0.001); 0: no waiting") do |scale|
          @scale = scale
        end
        parser.on("--parallel N", Integer, "How many steps run at once (default: max_parallel_steps)") do |count|
          @parallel = count
        end
        parser.on("--database URL", "Where the task is kept: sqlite://FILE (default: a temporary file)") do |url|
          @database = url
        end
        parser.on("--json", "Print one JSON object") { @json = true }
        parser.on("-h", "--help", "Print this") { @help = parser.help }
      end
    end
  end
end
