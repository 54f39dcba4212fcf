# frozen_string_literal: true

require "logger"

require_relative "tasker_core/version"
require_relative "tasker_core/errors"
require_relative "tasker_core/coordinator"
require_relative "tasker_core/execution"
require_relative "tasker_core/migration"
require_relative "tasker_core/migrator"
require_relative "tasker_core/monitor"
require_relative "tasker_core/process_coordinator"
require_relative "tasker_core/shorthand"
require_relative "tasker_core/step"
require_relative "tasker_core/worker"
require_relative "tasker_core/workflow"

# Runs workflows durably: a task is one run of a template, a graph of steps; the steps' handlers are plain Ruby, and
# an engine in this process keeps everything else in a database.
#
# @example
#   coordinator = TaskerCore.create_coordinator("sqlite::memory:")
#   coordinator.closed? # => false
#   coordinator.close
module TaskerCore
  extend Shorthand

  @logger = Logger.new($stderr, level: Logger::WARN, progname: "tasker_core")
  @own_logger = @logger

  class << self
    # @return [Logger] where the library, its engine and its handlers write to; `$stderr` from WARN up by default
    attr_reader :logger

    # @param logger [Logger, nil] anything with `level`, `add`, `debug`, `info`, `warn` and `error`; nil for silence
    # @raise [WrongType] where it isn't a logger
    def logger=(logger)
      logger = Logger.new(nil) if logger.nil?
      unless %i[level add debug info warn error].all? { |name| logger.respond_to?(name) }
        raise WrongType, "a logger must be like Ruby's Logger, and #{Payload::Reasons.with_article(logger.class)} isn't"
      end

      @logger = logger
      LogPump.follow_level
    end

    # Opens a coordinator. Each has an engine and a connection of its own, so a program needs one a database.
    #
    # @param database_url [String, nil] "postgres://user:password@host/name", "sqlite://path/file.db" or
    #   "sqlite::memory:"; nil leaves it to the configuration
    # @return [Coordinator]
    # @raise [ConfigurationError]
    # @raise [DatabaseError]
    # @example
    #   TaskerCore.create_coordinator("sqlite::memory:").inspect
    #   # => "#<TaskerCore::Coordinator sqlite::memory: open, 0 templates>"
    def create_coordinator(database_url = nil)
      unless database_url.nil? || database_url.is_a?(String)
        raise WrongType, "database_url must be a String, got #{database_url.class}; for a Hash of settings call " \
                         "create_coordinator_with_config"
      end

      Coordinator.new(database_url ? { "database_url" => database_url } : {})
    end

    # @param config [Hash{String, Symbol => Object}, Configuration] stronger than file and variables
    # @return [Coordinator]
    # @raise [ConfigurationError] that names each wrong key or value, where it came from and what is allowed
    # @raise [DatabaseError]
    # @example
    #   coordinator = TaskerCore.create_coordinator_with_config(database_url: "sqlite::memory:", max_parallel_steps: 4)
    #   coordinator.config.max_parallel_steps # => 4
    def create_coordinator_with_config(config)
      Coordinator.new(config)
    end

    # @return [Coordinator] the process's own, made on first use from the configuration; in a forked process it has an
    #   engine of its own, and once it is closed the next call makes another one
    def coordinator
      ProcessCoordinator.get
    end

    # Says how the process's own coordinator is to be, where that isn't left to file and variables: in an initialiser
    # of Rails or Sidekiq, say. One that is open already is closed.
    #
    # @param config [Hash{String, Symbol => Object}] as for {.create_coordinator_with_config}
    # @return [Configuration]
    # @raise [ConfigurationError]
    def configure(config)
      ProcessCoordinator.configure(config)
    end

    # Brings the tables of a database up to date, where that is left to the deployment (`auto_migrate: false`). Any
    # number of processes may call it at once: one does it, and the others wait for that, for ten minutes at most.
    #
    # @param config [Hash{String, Symbol => Object}, Configuration, String, nil] as for
    #   {.create_coordinator_with_config}, or the database's URL; nil for what the process's own coordinator would use
    # @return [Migration] from which version to which
    # @raise [ConfigurationError]
    # @raise [DatabaseError] also where the tables are newer than this version of the library knows
    # @raise [Busy] where the time wasn't enough; what is under way then goes on, or ends with the program
    # @example
    #   TaskerCore.migrate!("sqlite::memory:").from # => 0
    def migrate!(config = nil)
      Migrator.call(config)
    end

    # Closes the process's own coordinator and forgets what {.configure} said: for the teardown of tests.
    #
    # @return [nil]
    def reset!
      ProcessCoordinator.reset
    end

    # @api private
    # @return [Logger] the one that is used where nobody sets another
    attr_reader :own_logger
  end
end
