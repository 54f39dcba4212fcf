# frozen_string_literal: true

module TaskerCore
  module CLI
    # What tasker-worker does: loads the user's files, opens the database, and runs one worker.
    # @api private
    class WorkerCommand
      # What it is called in its messages.
      NAME = "tasker-worker"
      # How long it may take to leave the database. What is left then lapses by itself.
      CLOSE_SECONDS = 2
      # Whatever the end was, it was asked for.
      STOPPED = 0
      private_constant :CLOSE_SECONDS, :STOPPED

      # @param arguments [Array<String>] of the command line
      # @param out [IO]
      # @param err [IO]
      # @return [Integer] the exit status
      def self.run(arguments, out: $stdout, err: $stderr)
        CLI.guarded(NAME, err) do
          options = WorkerOptions.parse(arguments)
          next CLI.inform(out, options.message) if options.message

          command = new(options)
          options.migrate ? command.migrate(out) : command.run
        end
      rescue SignalException => e
        err.puts "#{NAME}: ended by #{e.signm.empty? ? "SIGINT" : e.signm} before it took any step"
        STOPPED
      end

      # @param options [WorkerOptions]
      def initialize(options)
        @options = options
      end

      # @param out [IO]
      # @return [Integer] the exit status
      def migrate(out)
        config = Configuration.load(@options.settings)
        migration = TaskerCore.migrate!(config)
        done = migration.changed? ? "brought from version #{migration.from} to" : "already at version"
        out.puts "#{config.masked_url}: the tables are #{done} #{migration.to}"
        COMPLETE
      end

      # @return [Integer] the exit status
      def run
        @last_exit = LastExit.new
        show_progress
        coordinator = open
        # For `ps`, which would show the password that a URL on the command line has.
        Process.setproctitle("#{NAME} #{coordinator.config.masked_url}")
        @options.templates.each { |file| register(coordinator, file) }
        worker(coordinator).run(timeout: @options.timeout)
        close(coordinator)
        STOPPED
      end

      private

      # A worker says when it starts and stops, where the log goes to the terminal and nobody has chosen a level.
      def show_progress
        TaskerCore.own_logger.level = Logger::INFO
      end

      # The process's own, so that the files may register their handlers and templates with it.
      def open
        TaskerCore.configure(@options.settings) if @options.settings.any?
        @options.requires.each { |file| RubyFile.load(file) }
        TaskerCore.coordinator.tap { |coordinator| check(coordinator.config) }
      end

      # A file that says something else than the command line would win in silence.
      def check(config)
        key, given = @options.settings.find { |name, value| config[name] != value }
        return unless key

        given, other = [given, config[key]].map { |value| Configuration::DatabaseUrl.masked(value.to_s) }
        raise UsageError, "#{key} is #{given} on the command line, and #{other} in what a file given with --require " \
                          "passes to TaskerCore.configure; say it in one place"
      end

      def register(coordinator, file)
        source = Source.new(file, @options.requires)
        definition = source.load
        Registration.new(coordinator, source).register(definition)
      end

      def worker(coordinator)
        Worker.new(coordinator, concurrency: @options.concurrency, namespaces: @options.namespaces)
      end

      def close(coordinator)
        coordinator.close(timeout: CLOSE_SECONDS)
      rescue Busy, DatabaseError => e
        @last_exit.database_gone!
        coordinator.logger.warn("tasker_core") { "the database wasn't left, so its lease will lapse: #{e.message}" }
      end
    end
  end
end
