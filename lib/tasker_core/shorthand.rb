# frozen_string_literal: true

require "forwardable"

module TaskerCore
  # The calls that may be made on the module itself; each goes to {TaskerCore.coordinator}.
  #
  # @see Coordinator
  module Shorthand
    extend Forwardable

    # @!method register_template(source)
    #   @return [TemplateInfo]
    #   @see Coordinator::Templates#register_template
    # @!method register_handler(name, handler = nil, &block)
    #   @return [void]
    #   @see Coordinator::Templates#register_handler
    # @!method initialize_task(request = nil, **fields)
    #   @return [InitializeResult]
    #   @see Coordinator::Tasks#initialize_task
    # @!method orchestrate_task(task_id, wait_for_retries: false)
    #   @return [Outcome]
    #   @see Coordinator::Tasks#orchestrate_task
    # @!method orchestrate_with_errors(task_id, wait_for_retries: false)
    #   @return [Hash]
    #   @see Coordinator::Tasks#orchestrate_with_errors
    # @!method get_task_context(task_id)
    #   @return [Hash]
    #   @see Coordinator::Queries#get_task_context
    # @!method get_complete_task_context(task_id)
    #   @return [Hash]
    #   @see Coordinator::Queries#get_task_context
    # @!method get_performance_metrics
    #   @return [Hash]
    #   @see Coordinator::Queries#get_performance_metrics
    def_delegators :coordinator, :register_template, :register_handler, :initialize_task, :orchestrate_task,
                   :orchestrate_with_errors, :get_task_context, :get_complete_task_context, :get_performance_metrics
  end
end
