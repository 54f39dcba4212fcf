# frozen_string_literal: true

require_relative "workloads"

module Benches
  # Finished tasks in a database, as many as one likes, in seconds: one is run, and its rows are copied within the
  # database, each with an id of its own. It doesn't know the tables: it goes by the names of columns.
  class FinishedTasks
    # Ids that the coordinators which are open may have put aside for themselves; copies keep off them.
    GAP = 100_000
    STEP_BITS = 16
    # How many are put in at once: whoever else writes has to wait for these only, not for all.
    SLICE = 10_000

    # Stands for a table of the numbers of the copies.
    NUMBERS = "{numbers}"

    # @param site [Site]
    def initialize(site)
      @site = site
      @database = site.database
      @settings = site.settings
    end

    # Adds finished W1.
    # @return [void]
    def add(count)
      @task = @site.coordinator.initialize_task(Workloads.request("w1")).task_id
      @site.coordinator.orchestrate_task(@task)
      @database.sql(@settings, @database.skip_ids(GAP + count))
      (1..count).each_slice(SLICE) { |slice| copy_rows(slice.minmax) }
      @database.to_disk(@settings)
      check(@task + GAP + 1)
      check(@task + GAP + count)
    end

    private

    # Of those from the first to the last.
    def copy_rows(range)
      numbers = @database.numbers(*range)
      @database.put_in(@settings, templates.map { |template| template.sub(NUMBERS, numbers) }.join(" "))
    end

    # One for each table that has rows of tasks or steps; others have nothing to do with a task.
    def templates
      @templates ||= @database.tables(@settings).filter_map { |table| copy(table) }
    end

    def copy(table)
      columns = @database.columns(@settings, table)
      moved = columns.to_h { |column| [column, shift(table, column)] }
      return unless (key = moved.key(:task) || moved.key(:step))

      kept = columns.reject { |column| moved[column] == :made_anew }
      "insert into #{table} (#{kept.join(", ")}) " \
        "select #{kept.map { |column| value(column, moved[column]) }.join(", ")} " \
        "from #{table} cross join #{NUMBERS} where #{condition(key, moved[key])};"
    end

    # What a column refers to.
    def shift(table, column)
      return { "tasks" => :task, "steps" => :step }.fetch(table, :made_anew) if column == "id"

      { "task_id" => :task, "step_id" => :step }[column]
    end

    def value(column, kind)
      case kind
      when :task then "#{column} + #{GAP} + k"
      when :step then "#{column} + ((#{GAP} + k) << #{STEP_BITS})"
      else column
      end
    end

    def condition(column, kind)
      return "#{column} = #{@task}" if kind == :task

      first = @task << STEP_BITS
      "#{column} between #{first} and #{first + (1 << STEP_BITS) - 1}"
    end

    def check(task)
      told = [task, @task].map { |id| told_of(@site.coordinator.get_task_context(id)) }
      return if told.uniq.one?

      raise Failure, "#{@site.title}: the copy of a finished task is another one (#{told.inspect}); see #{__FILE__}"
    end

    def told_of(task)
      [*task.values_at("status", "completed_steps"), task["steps"].map { |step| step.values_at("status", "result") }]
    end
  end
end
