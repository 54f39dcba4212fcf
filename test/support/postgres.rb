# frozen_string_literal: true

require "pg"
require "securerandom"
require_relative "server_program"

# The PostgreSQL that the tests of one process share: started when the first test wants it, gone when they are done.
# With DATABASE_URL it is that one, and nothing is started.
module Postgres
  PROGRAM = "postgres_server.rb"

  module_function

  # @return [String]
  # @raise [ServerProgram::Failure] where there is no PostgreSQL; a test that needs one fails
  def url
    ENV.fetch("DATABASE_URL") { shared.url }
  end

  # Gives a schema that isn't there yet, and isn't there any more in the end.
  #
  # @yieldparam schema [String]
  def with_schema
    schema = "test_#{SecureRandom.alphanumeric(12).downcase}"
    yield schema
  ensure
    connect { |connection| connection.exec("drop schema if exists #{schema} cascade") }
  end

  # Gives a connection past the library, for a look into the tables and for locks that are in its way.
  #
  # @param url [String]
  # @yieldparam connection [PG::Connection]
  # @return [Object] what the block gives
  def connect(url = self.url)
    connection = PG.connect(url)
    connection.set_notice_processor { nil }
    yield connection
  ensure
    connection&.close
  end

  # Gives a server of its own to a test that stops, pauses or fills it, or that wants another kind.
  #
  # @param options [Array<String>] of the program
  # @yieldparam server [ServerProgram]
  # @return [Object] what the block gives
  def with_server(*options, &)
    ServerProgram.open(PROGRAM, *options, &)
  end

  # @return [ServerProgram]
  def shared
    @shared ||= ServerProgram.new(PROGRAM).tap { |server| Minitest.after_run { server.close } if defined?(Minitest) }
  end
  private_class_method :shared
end
