# frozen_string_literal: true

require_relative "postgres"
require_relative "server_program"

# A pgbouncer in transaction mode, as the tests have it.
module Pgbouncer
  PROGRAM = "pgbouncer_server.rb"

  module_function

  # Gives one that stands before a PostgreSQL, by its URL the same database.
  #
  # @param options [Array<String>] of the program
  # @param upstream [String] URL of the PostgreSQL
  # @yieldparam server [ServerProgram]
  # @return [Object] what the block gives
  def with_server(*options, upstream: Postgres.url, &block)
    ServerProgram.open(PROGRAM, "--upstream", upstream, *options, &block)
  end
end
