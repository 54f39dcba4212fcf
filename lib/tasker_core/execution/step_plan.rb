# frozen_string_literal: true

module TaskerCore
  module Execution
    # One step of a template, with all that running it needs and that is the same for each of its attempts.
    # @api private
    class StepPlan
      # @return [String] the step's name
      attr_reader :name
      # @return [Integer] its place in the template
      attr_reader :position
      # @return [Hash] the handler as the template describes it
      attr_reader :handler
      # @return [Hash{String=>Object}] the handler's initialization, frozen
      attr_reader :config
      # @return [Array<String>] names of the parents
      attr_reader :dependencies
      # @return [String] `namespace/template#step`, for messages
      attr_reader :title

      # @param description [Hash] a step of a template's description
      # @param position [Integer]
      # @param template [String] `namespace/name`, for messages
      def initialize(description, position, template)
        @name = description.fetch("name").dup.freeze
        @position = position
        @handler = Frozen.deep(description.fetch("handler"))
        @config = @handler["initialization"] || {}.freeze
        @dependencies = Frozen.deep(description["dependencies"] || [])
        @title = "#{template}##{@name}".freeze
        @cached = nil
      end

      # The handler is looked up for each attempt, since it may be registered again or reloaded; how to call it is
      # worked out once.
      # @param registry [HandlerRegistry]
      # @return [#call] what is called with the step
      # @raise [HandlerNotFound]
      def handler_in(registry)
        target = registry.find(@handler)
        cached = @cached
        return cached if cached && cached.target.equal?(target)
        raise registry.not_found(self) if target.nil?

        @cached = Handlers.build(target, self)
      end
    end
  end
end
