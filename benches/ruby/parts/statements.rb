# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # What a step costs the server of PostgreSQL: statements, transactions and bytes of its log. Of workers that run tasks
  # submitted before, so that many steps share a turn, and of one task at a time, where no step has company. The server
  # counts every statement, which takes time of its own, so it is one for this alone.
  class Statements < Part
    TITLE = "Statements, transactions and bytes of PostgreSQL"
    COUNTS = { "w1" => 2000, "w2" => 2000, "w3" => 100 }.freeze
    ALONE = 100
    # What the benchmark itself asks for is the superuser's, and doesn't count.
    COUNTED = "from pg_stat_statements where userid = 'tasker'::regrole"
    UNITS = { "statements" => "statements", "transactions" => "transactions", "WAL" => "bytes" }.freeze

    def run
      @server = Postgres.new("shared_preload_libraries=pg_stat_statements")
      @server.ask("create extension pg_stat_statements")
      Site.open(@server, processes: 1) { |site| many(site.warm) }
      Site.open(@server) { |site| one_at_a_time(site.warm) }
    ensure
      @server&.close
    end

    private

    def many(site)
      costs = stand.turn_about(COUNTS.keys) do |name|
        count = stand.size(COUNTS.fetch(name))
        site.submit(name, count)
        counted(count * Workloads.size(name)) { site.flow(name, count) { nil } }
      end
      costs.each { |name, each| tell_counts("#{Workloads::NAMES[name]}, submitted before", each) }
    end

    def one_at_a_time(site)
      count = stand.size(ALONE)
      costs = stand.turn_about([site]) do
        ids = site.submit("w1", count)
        counted(count * Workloads.size("w1")) { ids.each { |id| site.coordinator.orchestrate_task(id) } }
      end
      tell_counts("#{Workloads::NAMES["w1"]}, orchestrate_task alone", costs[site])
    end

    # What was counted meanwhile, by the step. Each repetition begins alike: a page's first change after a checkpoint is
    # logged with the whole page.
    def counted(steps)
      @server.ask("checkpoint")
      @server.ask("select pg_stat_statements_reset()")
      before = @server.written
      yield
      { "statements" => @server.ask("select sum(calls) #{COUNTED}").to_f,
        "transactions" => @server.ask("select sum(calls) #{COUNTED} and query = 'COMMIT'").to_f,
        "WAL" => @server.written - before }.transform_values { |figure| figure / steps.to_f }
    end

    def tell_counts(title, counts)
      UNITS.each do |what, unit|
        report.add("#{title}, PostgreSQL: #{what} a step", unit, counts.map { |each| each.fetch(what) })
      end
    end
  end
end
