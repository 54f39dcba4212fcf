# frozen_string_literal: true

module TaskerCore
  module Execution
    # A template, ready to be run: its steps by position, built when first needed, since a template may have thousands
    # of steps of which this process runs a few.
    # @api private
    class Plan
      # @return [Hash] the description it was built from
      attr_reader :template

      # @param template [Hash] as {Coordinator#template} returns it
      def initialize(template)
        @template = template
        @title = "#{template["namespace"]}/#{template["name"]}"
        @descriptions = template.fetch("steps")
        @steps = []
        @positions = nil
      end

      # @param position [Integer]
      # @return [StepPlan]
      def step(position)
        @steps[position] ||= StepPlan.new(@descriptions.fetch(position), position, @title)
      end

      # @param name [String]
      # @return [Integer, nil] the position of the step of that name
      def position_of(name)
        (@positions ||= names.each_with_index.to_h)[name]
      end

      # @return [Array<String>] names of all steps, by position
      def names
        @descriptions.map { |step| step.fetch("name") }
      end

      # @param name [String] a step's name
      # @param of [Integer] a position
      # @return [Boolean] whether the step of that name comes before the other on some path
      def ancestor?(name, of:)
        seen = {}
        open = @descriptions.fetch(of)["dependencies"].dup
        while (current = open.pop)
          return true if current == name
          next if seen[current]

          seen[current] = true
          open.concat(@descriptions.fetch(position_of(current))["dependencies"])
        end
        false
      end
    end
  end
end
