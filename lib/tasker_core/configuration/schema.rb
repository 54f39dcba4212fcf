# frozen_string_literal: true

require_relative "key"
require_relative "kinds"

module TaskerCore
  class Configuration
    # All settings that there are.
    # @api private
    module Schema
      DAY_MS = 24 * 60 * 60 * 1000
      YEAR_MS = 365 * DAY_MS
      DATABASE_URL = %r{\A(?:sqlite:(?!/*\z)|postgres(?:ql)?://)[^\0\r\n]+\z}
      DATABASE_FORMS = "postgres://user:password@host:5432/name, sqlite://path/file.db, " \
                       "sqlite:///absolute/path/file.db or sqlite::memory:"
      LINE = /\A[^[:cntrl:]]{1,255}\z/
      # As PostgreSQL takes it without quotes. It keeps the names that begin with pg_ for itself.
      SCHEMA = /\A(?!pg_)[a-z_][a-z0-9_]{0,62}\z/
      SCHEMA_FORM = "a name of one to 63 letters from a to z, digits and _ that begins with no digit and not with pg_"
      private_constant :DAY_MS, :YEAR_MS, :DATABASE_URL, :DATABASE_FORMS, :LINE, :SCHEMA, :SCHEMA_FORM

      # @return [Hash{String => Key}] each setting by its name
      KEYS = [
        Key.new("database_url", "sqlite://tasker_core.sqlite3", Kinds::Text.new(DATABASE_FORMS, DATABASE_URL)),
        Key.new("environment", "development", Kinds::Text.new("a name of one to 255 characters", LINE),
                variables: %w[TASKER_ENV RAILS_ENV RACK_ENV]),
        Key.new("database_pool_size", 20, Kinds::WholeNumber.new(1..1000), variables: %w[TASKER_DB_POOL_SIZE]),
        Key.new("lease_ms", 30_000, Kinds::WholeNumber.new(100..DAY_MS, "milliseconds")),
        Key.new("max_payload_bytes", 1_048_576, Kinds::WholeNumber.new(2..(1 << 30), "bytes")),
        Key.new("max_parallel_steps", 10, Kinds::WholeNumber.new(1..1000)),
        Key.new("step_timeout_ms", 30_000, Kinds::WholeNumber.new(1..YEAR_MS, "milliseconds")),
        Key.new("retry_limits", {}.freeze, Kinds::Limits.new),
        Key.new("queue_capacity", 1024, Kinds::WholeNumber.new(1..1_000_000)),
        Key.new("busy_timeout_ms", 5000, Kinds::WholeNumber.new(0..DAY_MS, "milliseconds")),
        Key.new("call_timeout_ms", 60_000, Kinds::WholeNumber.new(1..DAY_MS, "milliseconds")),
        Key.new("sqlite_synchronous", "full", Kinds::Word.new(%w[full normal extra off])),
        Key.new("schema", "tasker", Kinds::Text.new(SCHEMA_FORM, SCHEMA)),
        Key.new("database_pooler", "none", Kinds::Word.new(%w[none transaction])),
        Key.new("auto_migrate", true, Kinds::Flag.new),
        Key.new("worker_name", nil, Kinds::Text.new("a name of one to 255 characters, or nil", LINE, optional: true)),
        Key.new("max_steps_per_task", 65_536, Kinds::WholeNumber.new(1..65_536)),
        Key.new("log_level", nil, Kinds::Word.new(%w[off error warn info debug trace], optional: true))
      ].to_h { |key| [key.name, key] }.freeze

      # Variables that begin like settings and are something else.
      OTHER_VARIABLES = %w[TASKER_CONFIG TASKER_INPUTS].freeze

      # @return [Hash{String => Key}] each variable and the setting that it gives
      VARIABLES = KEYS.values.flat_map { |key| key.variables.map { |name| [name, key] } }.to_h.freeze
    end
  end
end
