# frozen_string_literal: true

require "shellwords"

module TaskerCore
  module CLI
    # One run of bin/run: opens the database, submits the task or takes up the one that was named, drives and shows it.
    # @api private
    class Session
      # @param options [Options]
      # @param out [IO]
      # @param err [IO]
      def initialize(options, out, err)
        @options = options
        @out = out
        @screen = Screen.new(options.json ? File.open(File::NULL, "w") : out)
        @logger = Logger.new(options.json ? err : @screen, level: Logger::WARN, progname: "tasker_core",
                                                           formatter: ->(_, _, _, message) { "#{message}\n" })
      end

      # @return [Integer] the exit status
      def run
        TaskerCore.logger = @logger
        source = Source.new(@options.template, @options.requires)
        definition = source.load
        @database = Database.new(@options.database)
        open_and_run(source, definition)
      rescue StandardError
        # Nothing was run that could be gone on with.
        @database&.remove unless @task_id
        raise
      end

      private

      def open_and_run(source, definition)
        settings = @options.settings.merge("database_url" => @database.url)
        @coordinator = TaskerCore.create_coordinator_with_config(settings)
        info = register(source, definition)
        @task_id = @options.task_id ? take_up(info) : submit(info)
        whole = drive(@coordinator.template(info.template_id))
        finish(whole)
      ensure
        @coordinator&.close
      end

      # The warnings of the library about missing handlers are said here, once and for all of them.
      def register(source, definition)
        @logger.level = Logger::ERROR
        info = @coordinator.register_template(definition)
        @logger.level = Logger::WARN
        steps = @coordinator.template(info.template_id)["steps"]
        missing = steps.reject { |step| @coordinator.handlers.resolvable?(step["handler"]) }
        return info if missing.empty?

        names = missing.first(5).map { |step| "#{step["name"]} (#{step["handler"]["callable"]})" }
        names << "#{missing.size - 5} more" if missing.size > 5
        raise UsageError, "there is no handler for #{names.join(", ")}; looked in #{source.places}. Define the class " \
                          "there, or name its file with --require"
      end

      def submit(info)
        @coordinator.initialize_task("namespace" => info.namespace, "name" => info.name, "version" => info.version,
                                     "context" => @options.context, "initiator" => "bin/run").task_id
      end

      def take_up(info)
        task = @coordinator.get_task_context(@options.task_id)
        identity = ->(of) { "#{of["namespace"]}/#{of["name"]} #{of["version"]}" }
        unless identity.call(task) == identity.call(info)
          raise UsageError, "task #{@options.task_id} is a run of #{identity.call(task)}, and #{@options.template} is " \
                            "#{identity.call(info)}"
        end

        retry_failed(task) if @options.retry_failed
        task["task_id"]
      end

      def retry_failed(task)
        task["steps"].select { |step| step["status"] == "error" }
                     .each { |step| @coordinator.retry_step(task["task_id"], step["name"], reason: "bin/run --retry") }
      end

      def drive(template)
        before = @coordinator.get_task_context(@task_id)
        @progress = Progress.new(@screen, before["step_count"], before["completed_steps"])
        introduce(template, before)
        reporter = Reporter.new(@screen, @progress, @coordinator, template)
        watcher = @coordinator.subscribe { |event| reporter.call(event) if event.task_id == @task_id }
        Drive.new(@coordinator, @task_id, @progress) { |notice| @screen.say(notice) }.run
      ensure
        @screen.bottom(nil)
        @coordinator.unsubscribe(watcher) if watcher
      end

      def introduce(template, task)
        heading, *graph = Graph.new(template, @screen.width).lines
        goes_on = @options.task_id ? ", going on with #{task["completed_steps"]} steps done" : ""
        where = @database.temporary? ? "a temporary database" : @coordinator.config.masked_url
        @screen.say(@screen.paint(heading, :bold), *graph, "", "Task #{@task_id} in #{where}#{goes_on}")
      end

      def finish(whole)
        task = @coordinator.get_task_context(@task_id)
        complete = task["status"] == "complete"
        @screen.say(*Results.new(task, @screen, @progress).lines)
        @screen.say(way_on(task, whole)) unless complete
        @out.puts Document.text(task, @database, @progress) if @options.json
        @coordinator.close
        @database.remove if complete
        complete ? COMPLETE : INCOMPLETE
      end

      def way_on(task, whole)
        words = ["bin/run", @options.template, *@options.requires.flat_map { |file| ["--require", file] },
                 "--database", @database.url, "--task", @task_id.to_s]
        words << "--retry" if task["status"] == "error"
        return "It was cancelled: there is nothing to go on with." if task["status"] == "cancelled"

        why = "#{task["status"] == "error" ? "Correct the cause, then go on" : "Go on"} with"
        why = "Stopped. #{why}" unless whole
        "#{why}: #{words.shelljoin}"
      end
    end
  end
end
