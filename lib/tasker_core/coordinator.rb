# frozen_string_literal: true

require "json"
require_relative "configuration"
require_relative "execution/nearest"
require_relative "fork_safety"
require_relative "handler_registry"
require_relative "initialize_result"
require_relative "log_pump"
require_relative "native"
require_relative "outcome"
require_relative "payload"
require_relative "shutdown"
require_relative "step_event"
require_relative "step_outcome"
require_relative "template_info"
require_relative "template_source"
require_relative "times"
require_relative "coordinator/arguments"
require_relative "coordinator/controls"
require_relative "coordinator/engine_slot"
require_relative "coordinator/queries"
require_relative "coordinator/subscriptions"
require_relative "coordinator/task_request"
require_relative "coordinator/tasks"
require_relative "coordinator/templates"

module TaskerCore
  # The door to one database of tasks: registers templates and handlers, starts tasks, runs their steps, answers
  # questions about them.
  #
  # It may be shared by any number of threads. In a process that was forked it opens an engine of its own on first use.
  # It needn't be closed: dropped, it leaves no thread, file or connection behind.
  #
  # @example
  #   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
  #   coordinator.register_template("namespace" => "docs", "name" => "greet",
  #                                 "steps" => [{ "name" => "hello", "handler" => { "callable" => "Hello" } }])
  #   coordinator.register_handler("Hello") { |step| "hello #{step.context["name"]}" }
  #   task = coordinator.initialize_task("namespace" => "docs", "name" => "greet", "context" => { "name" => "Ada" })
  #   coordinator.orchestrate_task(task).status # => "complete"
  #   coordinator.close
  class Coordinator
    include Templates
    include Tasks
    include Controls
    include Queries
    include Subscriptions

    # @return [Configuration] its settings, frozen
    attr_reader :config

    # @return [HandlerRegistry] what runs the steps of its templates
    attr_reader :handlers

    # @param config [Configuration, Hash]
    # @raise [ConfigurationError]
    # @raise [DatabaseError] where the database can't be opened
    def initialize(config = {})
      @config = Configuration.load(config)
      LogPump.configure(@config.log_level)
      @handlers = HandlerRegistry.new
      @templates = {}
      initialize_subscribers
      @slot = EngineSlot.new(@config)
      @slot.engine
    end

    # Gives back what was claimed, ends the engine's threads and closes the database. It may be called again.
    #
    # @param timeout [Numeric] how many seconds it may take
    # @return [nil]
    # @raise [Busy] where that wasn't enough
    def close(timeout: 30)
      @slot.close(Arguments.milliseconds(timeout, "timeout"))
      nil
    end

    # @return [Boolean] whether it was closed
    def closed?
      @slot.closed?
    end

    # @return [Logger] where handlers and the library write to
    def logger
      TaskerCore.logger
    end

    # @return [String] one line, without the password of the database
    def inspect
      "#<TaskerCore::Coordinator #{config.masked_url} #{closed? ? "closed" : "open"}, " \
        "#{@templates.size} #{@templates.size == 1 ? "template" : "templates"}>"
    end
    alias to_s inspect

    # Two coordinators can't share an engine; make another one instead.
    #
    # @raise [TypeError]
    def initialize_copy(_original)
      raise WrongType, "a coordinator can't be copied; make another one with TaskerCore.create_coordinator"
    end

    # @raise [TypeError]
    def marshal_dump
      raise WrongType, "a coordinator can't be marshalled; pass its database_url instead"
    end

    # @api private
    # @return [Native::Engine] the engine in this process
    # @raise [CoordinatorClosed]
    def engine
      @slot.engine
    end

    # @api private
    # @param kind [String]
    # @param request [Hash, String] a String is JSON already
    # @return [Hash] the engine's answer; the times in it are {Time}s where it describes tasks
    # @raise [Error]
    def call(kind, request = {})
      json = request.is_a?(String) ? request : JSON.generate(request)
      _, value, unread = ask { |engine| engine.fetch(kind, json, config.call_timeout_ms) }
      unread ? Times.in_answer(kind, JSON.parse(unread, max_nesting: false)) : value
    end

    # Hands in reports and takes steps, in one turn of the engine.
    #
    # @api private
    # @param scope [Integer, Array<String>] whose steps are wanted: a task's id, 0 for any task's, or namespaces
    # @param want [Integer] how many at most
    # @param wait_ms [Integer] how long to wait where nothing is ready
    # @param reports [Array] four entries a report: step_id, fence, outcome, JSON
    # @return [Array] task, refused, tasks, steps
    # @raise [Error]
    def exchange(scope, want, wait_ms, reports)
      ask { |engine| engine.exchange(scope, want, wait_ms, reports, config.call_timeout_ms + wait_ms) }[1]
    end

    # Closes the engine until the next call.
    #
    # @api private
    # @param limit_ms [Integer]
    # @return [void]
    def suspend(limit_ms)
      @slot&.suspend(limit_ms)
    end

    private

    # An engine answers "forked" where this process was made without the hook knowing; the slot then opens another.
    #
    # @return [Array] true, and what was answered
    def ask
      engine = @slot.engine
      answer = yield engine
      return answer if answer[0]

      if answer[1] == "forked"
        @slot.forget(engine)
        answer = yield @slot.engine
        return answer if answer[0]
      end
      raise Errors.build(answer[1], answer[2], answer[3])
    end
  end
end
