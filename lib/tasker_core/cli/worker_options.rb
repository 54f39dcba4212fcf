# frozen_string_literal: true

require "optparse"

module TaskerCore
  module CLI
    # The command line of tasker-worker, read and checked.
    # @api private
    class WorkerOptions
      # What --help begins with.
      BANNER = <<~TEXT
        Usage: tasker-worker [options]   (in a checkout: bin/worker)

        Runs steps of any task of a database, until it is told to stop. What isn't said here is read from
        config/tasker_core.yml and TASKER_* variables, as for every program that uses tasker_core.

        SIGTERM, SIGINT and SIGQUIT: it takes no more steps, lets those that run end within the timeout, gives the rest
        back, and ends with status 0. A second one doesn't wait. Status 1: it ended for another reason; 2: the command
        line or what it names is wrong.

      TEXT
      # As in {Worker}.
      CONCURRENCY = 10
      # In seconds, as in {Worker#stop}.
      TIMEOUT = 25
      private_constant :CONCURRENCY, :TIMEOUT

      # @return [Integer] how many steps run at once
      attr_reader :concurrency
      # @return [Array<String>, nil] nil for all
      attr_reader :namespaces
      # @return [Numeric] how many seconds running steps have when it is to stop
      attr_reader :timeout
      # @return [Array<String>] Ruby files to be loaded
      attr_reader :requires
      # @return [Array<String>] files of templates to be registered
      attr_reader :templates
      # @return [Hash{String=>Object}] settings of the coordinator
      attr_reader :settings
      # @return [Boolean] whether it only brings the tables up to date
      attr_reader :migrate
      # @return [String, nil] what to say instead of running anything
      attr_reader :message

      # @param arguments [Array<String>]
      # @return [WorkerOptions]
      # @raise [UsageError]
      def self.parse(arguments)
        new(arguments)
      end

      # @param arguments [Array<String>]
      def initialize(arguments)
        @concurrency = CONCURRENCY
        @timeout = TIMEOUT
        @requires = []
        @templates = []
        @settings = {}
        @migrate = false
        rest = parser.permute(arguments)
        check(rest) unless @message
        freeze
      rescue OptionParser::ParseError => e
        raise UsageError, e.message
      end

      private

      def parser
        OptionParser.new do |parser|
          parser.banner = BANNER
          worker_options(parser)
          file_options(parser)
          setting_options(parser)
          parser.on("--version", "Print the version") { @message = "tasker_core #{VERSION}" }
          parser.on("-h", "--help", "Print this") { @message = parser.help }
        end
      end

      def worker_options(parser)
        parser.on("-c", "--concurrency N", Integer, "How many steps run at once (#{CONCURRENCY})") do |number|
          @concurrency = number
        end
        parser.on("-n", "--namespace NAME", "Take steps of this namespace's tasks only; may be repeated") do |name|
          @namespaces = [*@namespaces, name]
        end
        parser.on("--timeout SECONDS", Numeric, "How long running steps have when it is to stop (#{TIMEOUT})") do |time|
          @timeout = time
        end
        parser.on("--migrate", "Bring the database's tables up to date, say so, and end") { @migrate = true }
      end

      def file_options(parser)
        parser.on("-r", "--require FILE", "Load a Ruby file, of handlers say; may be repeated") { |f| @requires << f }
        parser.on("-t", "--template FILE", "Register a template; may be repeated") { |f| @templates << f }
      end

      def setting_options(parser)
        setting(parser, "database_url", "-d", "--database URL", "postgres://USER:PASSWORD@HOST/NAME, sqlite://FILE")
        setting(parser, "schema", "--schema NAME", "Where the tables are in PostgreSQL")
        setting(parser, "environment", "--environment NAME", "Section of the configuration, overlay of the templates")
        setting(parser, "worker_name", "--name NAME", "What this process is called in the history")
        setting(parser, "log_level", "--log-level LEVEL", "off, error, warn, info (default), debug or trace")
      end

      def setting(parser, key, *words)
        parser.on(*words) { |value| @settings[key] = value }
      end

      def check(rest)
        raise UsageError, "there are only options, got #{rest.join(", ")}" if rest.any?
        raise UsageError, "--timeout must be a number of seconds from 0 up, got #{@timeout}" if @timeout.negative?
        return unless @migrate && (@requires + @templates).any?

        raise UsageError, "--migrate looks at the configuration alone: give no --require and no --template with it"
      end
    end
  end
end
