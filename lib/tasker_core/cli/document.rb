# frozen_string_literal: true

require "json"
require "time"

module TaskerCore
  module CLI
    # The one document of `--json`: the task with its steps and history, and where it is kept.
    # @api private
    module Document
      # @param task [Hash] as {Coordinator#get_task_context} gives it
      # @param database [Database]
      # @param progress [Progress]
      # @return [String] JSON
      def self.text(task, database, progress)
        kept = database.temporary? && task["status"] == "complete" ? nil : database.shown
        JSON.pretty_generate("status" => task["status"], "seconds" => progress.elapsed.round(3),
                             "attempts" => progress.attempts, "database" => kept, "task" => plain(task))
      end

      # Times as ISO 8601, to the millisecond.
      def self.plain(value)
        case value
        when Time then value.iso8601(3)
        when Hash then value.transform_values { |item| plain(item) }
        when Array then value.map { |item| plain(item) }
        else value
        end
      end
      private_class_method :plain
    end
  end
end
