# frozen_string_literal: true

require "json"

module TaskerCore
  module CLI
    # What came of the task, for people.
    # @api private
    class Results
      # With more steps than that, only the results of the last ones are shown: those that no step depends on.
      ALL_UP_TO = 20
      # How many are shown at most.
      MOST = 20
      private_constant :ALL_UP_TO, :MOST

      # @param task [Hash] as {Coordinator#get_task_context} gives it
      # @param screen [Screen]
      # @param progress [Progress]
      def initialize(task, screen, progress)
        @task = task
        @screen = screen
        @progress = progress
      end

      # @return [Array<String>]
      def lines
        [*results, *failures, "", total]
      end

      private

      def steps
        @task["steps"]
      end

      def results
        done = shown.reject { |step| step["result"].nil? }
        return [] if done.empty?

        heading = shown.size < steps.size ? "Results of the last steps (--json gives all)" : "Results"
        names = done.first(MOST)
        column = [names.map { |step| step["name"].length }.max, 40].min
        rows = names.map { |step| result_row(step, column) }
        rows << "  … and #{done.size - MOST} more" if done.size > MOST
        ["", @screen.paint(heading, :bold), *rows]
      end

      def shown
        return steps if steps.size <= ALL_UP_TO

        inner = steps.flat_map { |step| step["dependencies"] }.to_h { |name| [name, true] }
        steps.reject { |step| inner.key?(step["name"]) }
      end

      def result_row(step, column)
        text = JSON.generate(step["result"])
        "  #{Text.cut(step["name"], column).ljust(column)}  #{Text.cut(text, [@screen.width - column - 4, 40].max)}"
      end

      def failures
        failed = steps.select { |step| step["status"] == "error" }
        return [] if failed.empty?

        rows = failed.first(MOST).flat_map { |step| failure_rows(step) }
        rows << "  … and #{failed.size - MOST} more" if failed.size > MOST
        ["", @screen.paint("Failed", :bold), *rows]
      end

      def failure_rows(step)
        error = step["error"] || {}
        place = error["backtrace"]&.first
        what = [error["class"], error["message"]].compact.join(": ")
        ["  #{step["name"]}, #{Text.counted(step["attempts"], "attempt")}: #{Text.cut(what, 1000)}",
         *(place ? ["    at #{place}"] : [])]
      end

      def total
        parts = ["#{@task["completed_steps"]} of #{Text.counted(@task["step_count"], "step")} done"]
        parts << "#{@task["failed_steps"]} failed" if @task["failed_steps"].positive?
        parts << "#{Text.counted(@progress.attempts, "attempt")} here"
        state = @task["paused"] ? "#{@task["status"]}, paused" : @task["status"]
        colour = @task["status"] == "complete" ? :green : :red
        "#{@screen.paint("Task #{@task["task_id"]}: #{state}", colour)}, #{parts.join(", ")}, " \
          "in #{Text.duration(@progress.elapsed)}"
      end
    end
  end
end
