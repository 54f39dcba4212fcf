# frozen_string_literal: true

module TaskerCore
  # Brings the tables of a database up to date, without a coordinator.
  # @api private
  module Migrator
    # How long it may take: large tables are changed slowly.
    LIMIT_MS = 600_000
    private_constant :LIMIT_MS

    class << self
      # @param config [Configuration, Hash, String, nil]
      # @return [Migration]
      # @raise [Error]
      def call(config)
        config = configuration(config)
        LogPump.start
        answer = Native.migrate(config.settings_json(log_level: LogPump.level_name), LIMIT_MS)
        Migration.new(JSON.parse(Native.value(named(answer, config))))
      ensure
        # The details of what failed, before the program ends with it.
        LogPump.flush
      end

      private

      def configuration(config)
        case config
        when nil then ProcessCoordinator.config
        when String then Configuration.load({ "database_url" => config })
        else Configuration.load(config)
        end
      end

      # A program may have several databases: the message says which one it is about.
      def named(answer, config)
        ok, kind, message, context = answer
        return answer if ok || kind != "database_error" || message.include?("can't be opened")

        [false, kind, "#{config.masked_url} can't be migrated: #{message}", context]
      end
    end
  end
end
