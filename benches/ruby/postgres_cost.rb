# frozen_string_literal: true

require_relative "postgres_stand"

module Benches
  # What a step costs the server: statements, transactions and bytes of its log. Of workers that run tasks submitted
  # before, so that many steps share a turn, and of one task at a time, where no step has company. The server counts
  # every statement, which takes time of its own, so it is one for this alone.
  class PostgresCost
    COUNTS = { "w1" => 2000, "w3" => 100 }.freeze
    ALONE = 100
    PROCESSES = [1, 4].freeze
    UNITS = { "statements" => "statements", "transactions" => "transactions", "WAL" => "bytes" }.freeze
    # Looks for the end are the superuser's, and don't count.
    COUNTED = "from pg_stat_statements where userid = 'tasker'::regrole"

    def initialize(stand)
      @stand = stand
    end

    def run
      PostgresStand.with_server("--set", "shared_preload_libraries=pg_stat_statements") do |server|
        @server = server
        server.sql("create extension pg_stat_statements")
        @settings = @stand.database(server)
        many
        one_at_a_time
      end
    end

    private

    def many
      costs = @stand.turn_about(COUNTS.keys.product(PROCESSES)) { |name, processes| cost_of_many(name, processes) }
      costs.each { |(name, processes), each| tell("#{NAMES.fetch(name)}, #{Benches.processes(processes)}", each) }
    end

    def one_at_a_time
      count = @stand.size(ALONE)
      Benches.open_coordinator(@settings) do |coordinator|
        ids = Benches.submit(coordinator, "w1", count * 3)
        costs = ids.each_slice(count).map do |some|
          position = begin_to_count
          some.each { |id| coordinator.orchestrate_task(id) }
          counted(position, count * WORKFLOWS["w1"].size)
        end
        tell("#{NAMES["w1"]}, one task at a time", costs)
      end
    end

    def cost_of_many(name, processes)
      count = @stand.size(COUNTS.fetch(name))
      Benches.open_coordinator(@settings) { |coordinator| Benches.submit(coordinator, name, count) }
      @stand.workers.with(@settings, processes) do |opened|
        position = begin_to_count
        opened.start
        sleep 0.1 until idle?
        counted(position, count * WORKFLOWS.fetch(name).size)
      end
    end

    # So that each repetition begins alike: a page's first change after a checkpoint is logged with the whole page.
    def begin_to_count
      @server.sql("checkpoint")
      @server.sql("select pg_stat_statements_reset()")
      @server.ask("select pg_current_wal_insert_lsn()")
    end

    def idle?
      @server.ask("select count(*) from #{@settings["schema"]}.tasks where state in ('pending', 'in_progress')") == "0"
    end

    # What was counted since then, by the step.
    def counted(position, steps)
      { "statements" => "select sum(calls) #{COUNTED}",
        "transactions" => "select sum(calls) #{COUNTED} and query = 'COMMIT'",
        "WAL" => "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '#{position}')" }
        .transform_values { |question| @server.ask(question).to_f / steps }
    end

    def tell(title, costs)
      UNITS.each do |what, unit|
        @stand.add("#{title}, PostgreSQL: #{what} a step", unit, costs.map { |cost| cost.fetch(what) })
      end
    end
  end
end
