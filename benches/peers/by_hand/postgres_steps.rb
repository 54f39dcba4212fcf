# frozen_string_literal: true

require_relative "postgres"

module Peers
  module ByHand
    # The queue that everybody writes first: a transaction takes a step that no other has locked, runs its handler,
    # records the result and counts its children down. A process that is killed loses its locks, so its steps run again.
    class PostgresSteps < Postgres
      WORKERS = 8
      STATEMENTS = {
        "take" => <<~SQL,
          select task_id, step, workload from steps where state = 1 order by task_id, step limit 1
          for update skip locked
        SQL
        "finish" => "update steps set state = 3, result = $3 where task_id = $1 and step = $2 and state = 1",
        "children" => <<~SQL,
          update steps set waiting = waiting - 1, state = case when waiting = 1 then 1 else 0 end
          where task_id = $1 and step = any ($2::smallint[]) and state = 0
        SQL
        "end" => <<~SQL
          update tasks set ends_left = ends_left - 1, completed_at = case when ends_left = 1 then now() end
          where id = $1 returning completed_at is not null
        SQL
      }.freeze

      private

      def work
        connected do |connection|
          until @stopping
            seen = @ready.now
            taken = connection.transaction { step(connection) }
            taken ? tell(taken) : @ready.wait(seen)
          end
        end
      end

      # @return [Array(Boolean, Boolean), nil] whether the task has been completed, and whether other steps may be ready
      def step(connection)
        row = connection.exec_prepared("take").values.first or return
        task, step, workload = row.map(&:to_i)
        result = JSON.generate(NOOP.call(task, step))
        connection.exec_prepared("finish", [task, step, result])
        children = Graph.of(workload).children[step]
        return [end?(connection, task), false] if children.empty?

        connection.exec_prepared("children", [task, array(children)])
        [false, true]
      end

      def end?(connection, task)
        connection.exec_prepared("end", [task]).getvalue(0, 0) == "t"
      end

      def tell((completed, more))
        tell_completed(1) if completed
        @ready.give if more
      end
    end
  end
end
