# frozen_string_literal: true

require_relative "../../support/postgres"

module Places
  # A schema of the tests' PostgreSQL, which the tests look into by a connection of their own.
  class PostgresSchema
    KEYS = { "tasks" => "id", "steps" => "id", "attempts" => "step_id", "transitions" => "task_id" }.freeze

    # @return [String]
    attr_reader :schema

    # @param schema [String]
    def initialize(schema)
      @schema = schema
    end

    # @return [Hash{Symbol => String}]
    def settings = { database_url: Postgres.url, schema: @schema }

    # @param sql [String]
    # @return [Array<Array>] the rows that it gives
    def rows(sql)
      connect { |connection| connection.exec(sql).values }
    end

    # @return [Array] what is wrong with it as a database: tables of which an index gives something else than they hold
    def faults
      KEYS.reject { |table, key| read_by("seqscan", table, key) == read_by("indexscan", table, key) }.keys
    end

    # Gives a connection with this schema in its path.
    #
    # @yieldparam connection [PG::Connection]
    def connect
      Postgres.connect do |connection|
        connection.exec("set search_path = #{@schema}")
        connection.type_map_for_results = PG::BasicTypeMapForResults.new(connection)
        yield connection
      end
    end

    private

    # The rows of a table, read in another way than the one that is named.
    def read_by(other, table, key)
      connect do |connection|
        connection.exec("set enable_bitmapscan = off; set enable_indexonlyscan = off; set enable_#{other} = off")
        connection.exec("select t.* from #{table} as t where #{key} > 0 order by #{key}").values.sort_by(&:to_s)
      end
    end
  end
end
