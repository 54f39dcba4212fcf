# frozen_string_literal: true

require "shellwords"

module TaskerCore
  module CLI
    # One run of bin/run: opens the database, has the task submitted, drives it and shows it.
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
        run_in(@database, source, definition)
      rescue StandardError
        # Nothing was submitted that could be gone on with.
        @database&.remove unless @task_id
        raise
      end

      private

      def run_in(database, source, definition)
        settings = @options.settings.merge("database_url" => database.url)
        @coordinator = TaskerCore.create_coordinator_with_config(settings)
        submission = Submission.new(@coordinator, @options, source)
        template = submission.register(definition)
        @task_id = submission.task_id
        finish(drive(template))
      ensure
        @coordinator&.close
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
        where = @database.temporary? ? "a temporary database" : @coordinator.config.masked_url
        done = Text.counted(task["completed_steps"], "step")
        @screen.say(@screen.paint(heading, :bold), *graph, "",
                    "Task #{@task_id} in #{where}#{", going on with #{done} done" if @options.task_id}")
      end

      def finish(whole)
        task = @coordinator.get_task_context(@task_id)
        complete = task["status"] == "complete"
        @screen.say(*Results.new(task, @screen, @progress).lines)
        @screen.say(way_on(task["status"], whole)) unless complete
        @out.puts Document.text(task, @database, @progress) if @options.json
        @coordinator.close
        @database.remove if complete
        complete ? COMPLETE : INCOMPLETE
      end

      def way_on(status, whole)
        return "It was cancelled: there is nothing to go on with." if status == "cancelled"

        words = ["bin/run", @options.template, *@options.requires.flat_map { |file| ["--require", file] },
                 "--database", @database.shown, "--task", @task_id.to_s, *("--retry" if status == "error")]
        what = status == "error" ? "Correct the cause, then go on" : "Go on"
        "#{"Stopped. " unless whole}#{what} with: #{words.shelljoin}"
      end
    end
  end
end
