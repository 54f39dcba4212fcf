# frozen_string_literal: true

require "json"
require "pg"
require_relative "graph"
require_relative "signal"

module Peers
  module ByHand
    # Workflows on PostgreSQL as one writes them oneself: what is common to a transaction a step and to batches.
    class Postgres
      # The primary key leads to all that is asked; ready ones are few, and have an index of their own.
      SCHEMA = <<~SQL
        create table tasks (
          id bigint generated always as identity primary key,
          workload smallint not null,
          payload jsonb not null,
          ends_left integer not null,
          completed_at timestamptz
        ) with (fillfactor = 80);
        create table steps (
          task_id bigint not null,
          step smallint not null,
          workload smallint not null,
          state smallint not null,
          waiting smallint not null,
          result jsonb,
          primary key (task_id, step)
        ) with (fillfactor = 70);
        create index steps_ready on steps (task_id, step) where state = 1;
      SQL
      # Plans that are right for tables of any size, also where none was ever analysed.
      PLANS = %w[enable_seqscan enable_hashjoin enable_mergejoin].freeze
      SUBMIT = <<~SQL
        with new as (
          insert into tasks (workload, payload, ends_left)
          select $1, payload, $2 from unnest($3::jsonb[]) payload returning id
        )
        insert into steps (task_id, step, workload, state, waiting)
        select id, step - 1, $1, case when waiting = 0 then 1 else 0 end, waiting
        from new, unnest($4::smallint[]) with ordinality s (waiting, step)
      SQL
      BULK = 500

      def initialize(url)
        @url = url
        @counting = Mutex.new
        @ready = Signal.new
        @done = Signal.new
        @completed = 0
        PG.connect(url).tap { |connection| connection.exec(SCHEMA) }.close
        @connections = Queue.new
        (SUBMITTERS + self.class::WORKERS).times { @connections << open }
      end

      # @return [String] by what it reaches its database
      def driver = "pg #{PG::VERSION}"

      def submit(workload, count)
        Array.new(count, "{}").each_slice(BULK) { |payloads| insert(workload, payloads) }
      end

      def submit_one = insert("w1", ["{}"])

      # Has the workers run while the block does.
      def running
        @stopping = false
        @workers = Array.new(self.class::WORKERS) { Thread.new { work } }
        yield
      ensure
        @stopping = true
        @ready.give
        @workers.each(&:join)
      end

      alias idly running

      def one
        seen = @completed
        submit_one
        wait(seen + 1)
      end

      def wait(total)
        until @completed >= total
          seen = @done.now
          @done.wait(seen) if @completed < total
          @workers.each { |worker| worker.join(0) if worker.status.nil? }
        end
      end

      def completed = count("where completed_at is not null")

      def submitted = count("")

      private

      def count(condition)
        connected { |connection| connection.exec("select count(*) from tasks #{condition}").getvalue(0, 0).to_i }
      end

      def connected
        connection = @connections.pop
        yield connection
      ensure
        @connections << connection
      end

      def open
        connection = PG.connect(@url)
        PLANS.each { |setting| connection.exec("set #{setting} = off") }
        { "submit" => SUBMIT, **self.class::STATEMENTS }.each { |name, sql| connection.prepare(name, sql) }
        connection
      end

      def insert(workload, payloads)
        number = Graph.number(workload)
        graph = Graph.of(number)
        values = [number, graph.ends, array(payloads), array(graph.waiting)]
        connected { |connection| connection.exec_prepared("submit", values) }
        @ready.give
      end

      ENCODER = PG::TextEncoder::Array.new(elements_type: PG::TextEncoder::String.new)
      private_constant :ENCODER

      def array(values) = ENCODER.encode(values)

      # How many tasks have just come to their end.
      def tell_completed(count)
        return if count.zero?

        @counting.synchronize { @completed += count }
        @done.give
      end
    end
  end
end
