# frozen_string_literal: true

module TaskerCore
  module Legacy
    # A step, as an older handler sees it: the one that is run, or one that came before it.
    class Step
      # @return [String]
      attr_reader :name
      # @return [Integer] which attempt this is, from 1; 0 for another step than the one that is run
      attr_reader :attempts
      # @return [Integer] how many attempts there are
      attr_reader :retry_limit
      # @return [Hash{String=>Object}] the handler's config; deep-frozen
      attr_reader :config

      # @param name [String]
      # @param step [TaskerCore::Step] the one that is run
      # @param current [Boolean] whether that is this one
      # @api private
      def initialize(name, step, current:)
        @name = name
        @step = step
        @current = current
        @attempts = current ? step.attempt : 0
        @retry_limit = current ? step.max_attempts : 0
        @config = current ? step.config : {}.freeze
        @assigned = false
        @results = nil
      end

      alias handler_config config

      # @return [Integer] the id of the step that is run, nil for another
      def workflow_step_id
        @step.step_id if @current
      end
      alias id workflow_step_id

      # @return [Object, nil] its result, once it has one; deep-frozen
      def results
        return @results if @assigned || @current

        @assigned = true
        @results = @step.result_if_done(@name)
      end

      # @param value [Object] the step's result; used by `process_results`
      # @return [Object] the value
      def results=(value)
        @assigned = true
        @results = value
      end

      # @return [String] one line, without payloads
      def inspect
        "#<TaskerCore::Legacy::Step #{name}>"
      end
    end
  end
end
