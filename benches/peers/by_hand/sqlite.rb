# frozen_string_literal: true

require "json"
require "sqlite3"
require_relative "graph"
require_relative "signal"

module Peers
  module ByHand
    # Workflows on an SQLite file as one writes them oneself: what is common to a transaction a step and to batches.
    #
    # All threads share one connection, one after another. The gem keeps Ruby's lock while it waits for SQLite, so a
    # second connection that waits for the file would keep the first one from letting go of it.
    class SQLite
      SCHEMA = <<~SQL
        create table tasks (
          id integer primary key,
          workload integer not null,
          payload text not null,
          ends_left integer not null,
          completed_at integer
        ) strict;
        create table steps (
          task_id integer not null,
          step integer not null,
          workload integer not null,
          state integer not null,
          waiting integer not null,
          result text,
          primary key (task_id, step)
        ) strict, without rowid;
        create index steps_ready on steps (task_id, step) where state = 1;
      SQL
      STATEMENTS = {
        "begin" => "begin immediate",
        "commit" => "commit",
        "task" => "insert into tasks (workload, payload, ends_left) values (?, ?, ?)",
        "step" => "insert into steps (task_id, step, workload, state, waiting) values (?, ?, ?, ?, ?)",
        "ready" => "select task_id, step, workload from steps where state = 1 order by task_id, step limit ?",
        "finish" => "update steps set state = 3, result = ? where task_id = ? and step = ? and state in (1, 2)",
        "child" => <<~SQL,
          update steps set waiting = waiting - 1, state = case when waiting > 1 then 0 else ? end
          where task_id = ? and step = ? and state = 0 returning waiting
        SQL
        "end" => <<~SQL
          update tasks set ends_left = ends_left - 1, completed_at = case when ends_left = 1 then unixepoch() end
          where id = ? returning completed_at is not null
        SQL
      }.freeze
      BULK = 500

      # @param url [String] sqlite://FILE
      # @param synchronous [String] FULL or NORMAL
      def initialize(url, synchronous = "FULL")
        @database = SQLite3::Database.new(url.delete_prefix("sqlite://"))
        @database.execute("pragma journal_mode = wal")
        @database.execute("pragma synchronous = #{synchronous}")
        @database.execute_batch(SCHEMA)
        @statements = STATEMENTS.merge(self.class::MORE).transform_values { |sql| @database.prepare(sql) }
        @using = Mutex.new
        @ready = Signal.new
        @done = Signal.new
        @completed = 0
      end

      # @return [String] by what it reaches its database
      def driver = "sqlite3 #{::SQLite3::VERSION} with SQLite #{::SQLite3.libversion}"

      def submit(workload, count)
        (1..count).each_slice(BULK) { |slice| insert(workload, slice.size) }
      end

      def submit_one = insert("w1", 1)

      # Has the worker run while the block does: one, since there is one writer.
      def running
        @stopping = false
        @worker = Thread.new { work }
        yield
      ensure
        @stopping = true
        @ready.give
        @worker.join
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
          @worker.join(0) if @worker.status.nil?
        end
      end

      def completed = count("where completed_at is not null")

      def submitted = count("")

      private

      def count(condition)
        @using.synchronize { @database.get_first_value("select count(*) from tasks #{condition}") }
      end

      def transaction
        @using.synchronize do
          ask("begin")
          result = yield
          ask("commit")
          result
        end
      end

      def ask(name, *values)
        statement = @statements.fetch(name)
        statement.execute!(*values)
      ensure
        statement.reset!
      end

      def insert(workload, count)
        number = Graph.number(workload)
        transaction { count.times { insert_one(number, Graph.of(number)) } }
        @ready.give
      end

      def insert_one(number, graph)
        ask("task", number, "{}", graph.ends)
        task = @database.last_insert_row_id
        graph.waiting.each_with_index do |waiting, step|
          ask("step", task, step, number, waiting.zero? ? READY : WAITING, waiting)
        end
      end

      # Records the result of a step and counts its children down.
      # @param state [Integer] of children that wait for no other
      # @return [Array<Array(Integer, Integer)>] these children
      # @yield when the task has been completed
      def finish(task, step, graph, result, state)
        ask("finish", JSON.generate(result), task, step)
        children = graph.children[step]
        yield if children.empty? && ask("end", task) == [[1]]
        children.select { |child| ask("child", state, task, child) == [[0]] }.map { |child| [task, child] }
      end

      # How many tasks have just come to their end.
      def tell_completed(count)
        return if count.zero?

        @completed += count
        @done.give
      end
    end
  end
end
