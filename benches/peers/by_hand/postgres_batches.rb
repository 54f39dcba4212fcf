# frozen_string_literal: true

require_relative "postgres"

module Peers
  module ByHand
    # Two hundred steps a transaction: what has been run is recorded, its children are counted down, and the next ones
    # are taken, children first, all in one round trip.
    class PostgresBatches < Postgres
      # Two, so that one runs handlers while the other's transaction is under way.
      WORKERS = 2
      # With 50 there are two thirds as many a second; with 500 no more.
      BATCH = 200
      STATEMENTS = {
        "finish" => <<~SQL,
          update steps s set state = 3, result = d.result
          from unnest($1::bigint[], $2::smallint[], $3::jsonb[]) d (task_id, step, result)
          where s.task_id = d.task_id and s.step = d.step and s.state = 2
        SQL
        "children" => <<~SQL,
          update steps s set waiting = s.waiting - d.finished,
            state = case when s.waiting > d.finished then 0 when d.number <= $4 then 2 else 1 end
          from unnest($1::bigint[], $2::smallint[], $3::smallint[]) with ordinality d (task_id, step, finished, number)
          where s.task_id = d.task_id and s.step = d.step and s.state = 0
          returning s.task_id, s.step, s.workload, s.state
        SQL
        "ends" => <<~SQL,
          update tasks t set ends_left = t.ends_left - d.finished,
            completed_at = case when t.ends_left = d.finished then now() end
          from unnest($1::bigint[], $2::integer[]) d (task_id, finished)
          where t.id = d.task_id
          returning t.completed_at is not null
        SQL
        "claim" => <<~SQL
          update steps s set state = 2
          from (select task_id, step from steps where state = 1 order by task_id, step limit $1
                for update skip locked) c
          where s.task_id = c.task_id and s.step = c.step
          returning s.task_id, s.step, s.workload
        SQL
      }.freeze

      private

      def work
        connected do |connection|
          connection.enter_pipeline_mode
          taken = []
          until @stopping && taken.empty?
            seen = @ready.now
            taken = turn(connection, taken.map { |task, step, workload| [task, step, workload, NOOP.call(task, step)] })
            @ready.wait(seen) if taken.empty? && !@stopping
          end
        ensure
          connection.exit_pipeline_mode
        end
      end

      # What is sent until the next sync is one transaction.
      def turn(connection, finished)
        children = children_of(finished)
        sent = finished.empty? ? [] : send_finished(connection, finished, children)
        room = @stopping ? 0 : BATCH - children.size
        if room.positive?
          ask(connection, "claim", [room])
          sent << "claim"
        end
        connection.pipeline_sync
        results = sent.to_h { |name| [name, answer(connection)] }
        connection.get_result
        tell_completed(results.fetch("ends", []).count { |(completed)| completed == "t" })
        next_ones(results)
      end

      # Of the children a turn takes as many as it can run, and leaves the rest to the claims.
      def send_finished(connection, finished, children)
        results = finished.map { |*, result| JSON.generate(result) }
        ask(connection, "finish", [*finished.map { |task, step,| [task, step] }.transpose, results])
        ask(connection, "children", [*children.transpose, BATCH]) if children.any?
        ends = ends_of(finished)
        ask(connection, "ends", ends.transpose) if ends.any?
        ["finish", *("children" if children.any?), *("ends" if ends.any?)]
      end

      def ask(connection, name, values)
        connection.send_query_prepared(name, values.map { |value| value.is_a?(Array) ? array(value) : value })
      end

      # Each result is followed by nil.
      def answer(connection)
        result = connection.get_result
        result.check
        connection.get_result
        result.values
      end

      # In order, so that two turns that count down the same step don't wait for each other in a circle.
      def children_of(finished)
        counts = Hash.new(0)
        finished.each do |task, step, workload, _|
          Graph.of(workload).children[step].each { |child| counts[[task, child]] += 1 }
        end
        counts.sort.map { |(task, child), count| [task, child, count] }
      end

      def ends_of(finished)
        finished.select { |_, step, workload, _| Graph.of(workload).end?(step) }.map(&:first).tally.sort
      end

      def next_ones(results)
        taken = results.fetch("children", []).select { |row| row[3] == "2" } + results.fetch("claim", [])
        taken.map { |row| row.first(3).map(&:to_i) }
      end
    end
  end
end
