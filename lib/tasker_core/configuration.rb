# frozen_string_literal: true

require "json"
require_relative "errors"

module TaskerCore
  # The settings of one coordinator. Weakest first they come from: defaults, `config/tasker_core.yml` (the
  # section of the environment; `TASKER_CONFIG` names another file), `TASKER_*` variables, and the Hash given.
  #
  # @example
  #   config = TaskerCore::Configuration.load({ max_parallel_steps: 4 }, env: {}, root: "/tmp")
  #   config.max_parallel_steps # => 4
  #   config.step_timeout_ms    # => 30000
  class Configuration
    # @param overrides [Hash{String, Symbol => Object}, Configuration] what is stronger than all the rest
    # @param env [#[], #to_h] the environment variables
    # @param root [String] where `config/tasker_core.yml` and a relative database path start from
    # @return [Configuration]
    # @raise [ConfigurationError] that names each wrong key or value, where it came from and what is allowed
    # @raise [WrongType] where overrides isn't a Hash
    def self.load(overrides = {}, env: ENV, root: Dir.pwd)
      return overrides if overrides.is_a?(Configuration)
      raise WrongType, "the configuration must be a Hash, got #{overrides.class}" unless overrides.is_a?(Hash)

      variables = Variables.new(env)
      layers = Layers.new
      SettingsFile.new(env, root).read_into(layers, environment_of(overrides, variables))
      variables.read_into(layers)
      layers.add(overrides, "the argument")
      new(layers.values, root)
    end

    # @param env [#[], #to_h] the environment variables
    # @return [Hash{String => Object}] every setting, for {TaskerCore.create_coordinator_with_config}
    # @raise [ConfigurationError]
    def self.load_from_env(env = ENV)
      load({}, env:).to_h
    end

    def self.environment_of(overrides, variables)
      given = overrides["environment"] || overrides[:environment] || variables.environment
      (given || Schema::KEYS["environment"].default).to_s
    end
    private_class_method :environment_of, :new

    # @param values [Hash{String => Object}] one for each key
    # @param root [String] where a relative database path starts from
    def initialize(values, root)
      @values = values.freeze
      @absolute_url = DatabaseUrl.absolute(database_url, root).freeze
      freeze
    end

    # @param key [String, Symbol]
    # @return [Object, nil] the setting of this name
    def [](key)
      @values[key.to_s]
    end

    # @return [String] where tasks are kept: "postgres://user:password@host/name", "sqlite://path/file.db" or
    #   "sqlite::memory:"
    def database_url
      @values["database_url"]
    end

    # @return [String] decides the section of the file and the `environments` overlay of templates
    def environment
      @values["environment"]
    end

    # @return [Integer] how many connections are opened at most
    def database_pool_size
      @values["database_pool_size"]
    end

    # @return [Integer] after how many milliseconds of silence a worker's steps run elsewhere
    def lease_ms
      @values["lease_ms"]
    end

    # @return [Integer] how many bytes of JSON a context or a result may have
    def max_payload_bytes
      @values["max_payload_bytes"]
    end

    # @return [Integer] how many steps of a task run at once in this process
    def max_parallel_steps
      @values["max_parallel_steps"]
    end

    # @return [Integer] how many milliseconds an attempt may take where its template doesn't say
    def step_timeout_ms
      @values["step_timeout_ms"]
    end

    # @return [Hash{String => Integer}] attempts by step, namespace/template, template or namespace
    def retry_limits
      @values["retry_limits"]
    end

    # @return [Integer] how many calls may wait for the engine
    def queue_capacity
      @values["queue_capacity"]
    end

    # @return [Integer] how many milliseconds a call waits for a place in the queue, for SQLite's lock, or for a
    #   PostgreSQL that can't be reached
    def busy_timeout_ms
      @values["busy_timeout_ms"]
    end

    # @return [Integer] how many milliseconds a call waits for its answer
    def call_timeout_ms
      @values["call_timeout_ms"]
    end

    # @return [String] SQLite's `synchronous`: "full", "normal", "extra" or "off"
    def sqlite_synchronous
      @values["sqlite_synchronous"]
    end

    # @return [String] in which schema of PostgreSQL the tables are
    def schema
      @values["schema"]
    end

    # @return [String] what stands between this process and PostgreSQL: "none", or "transaction" for a pooler such as
    #   pgbouncer that gives a connection for one transaction only
    def database_pooler
      @values["database_pooler"]
    end

    # @return [Boolean] whether a coordinator makes the tables of PostgreSQL and brings them up to date when it opens
    #   the database; those of SQLite it always does
    def auto_migrate
      @values["auto_migrate"]
    end

    # @return [String, nil] what this process is called in the history; nil makes a name of host and pid
    def worker_name
      @values["worker_name"]
    end

    # @return [Integer] how many steps a template may have
    def max_steps_per_task
      @values["max_steps_per_task"]
    end

    # @return [String, nil] how much the engine logs at most; nil follows the level of {TaskerCore.logger}
    def log_level
      @values["log_level"]
    end

    # @return [Hash{String => Object}] every setting
    def to_h
      @values.dup
    end

    # @param other [Object]
    # @return [Boolean] whether it says the same
    def ==(other)
      other.is_a?(Configuration) && other.to_h == @values
    end
    alias eql? ==

    # @return [Integer] the same for equal configurations
    def hash
      @values.hash
    end

    # @return [String] the database's URL without its password
    def masked_url
      DatabaseUrl.masked(database_url)
    end

    # @api private
    # @param log_level [String] what the engine is to log
    # @return [String] the settings as the engine reads them
    def settings_json(log_level: self.log_level || "info")
      JSON.generate(@values.merge("database_url" => @absolute_url, "log_level" => log_level))
    end

    # @return [String] one line, without the password
    def inspect
      "#<TaskerCore::Configuration #{environment} #{masked_url}>"
    end
    alias to_s inspect
  end
end

require_relative "configuration/schema"
require_relative "configuration/database_url"
require_relative "configuration/layers"
require_relative "configuration/settings_file"
require_relative "configuration/variables"
