# frozen_string_literal: true

require_relative "postgres_case"

# How many connections a coordinator opens, whatever is asked of it at once.
class PoolTest < Minitest::Test
  include PostgresCase

  SIZE = 4
  THREADS = 16
  # Those of a coordinator, each with the application name that the test gives in its URL.
  OPEN = "select count(*) from pg_stat_activity where application_name = $1"

  def test_a_coordinator_opens_no_more_than_its_pool_and_one_to_listen
    with_schema do |schema|
      name = "pool #{schema}"
      url = "#{Postgres.url}?application_name=#{URI.encode_www_form_component(name).gsub("+", "%20")}"
      with_postgres(url, schema, database_pool_size: SIZE) do |coordinator|
        Relay.register(coordinator, path("record"))
        id = coordinator.initialize_task(**Relay.request).task_id
        counts = Postgres.connect { |pg| count_while_asking(pg, name) { coordinator.get_task_context(id) } }

        assert_includes 3..(SIZE + 1), counts.max, counts.tally.inspect
      end
    end
  end

  private

  # Asks from many threads at once, and counts the connections meanwhile.
  def count_while_asking(connection, name, &)
    asking = Array.new(THREADS) { Thread.new { 50.times(&) } }
    counts = []
    counts << connection.exec_params(OPEN, [name]).getvalue(0, 0).to_i while asking.any?(&:alive?)
    asking.each(&:join)
    counts
  end
end
