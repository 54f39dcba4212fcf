# frozen_string_literal: true

require "json"
require "optparse"

module TaskerCore
  module CLI
    # The command line, read and checked.
    # @api private
    class Options
      # What --help begins with.
      BANNER = <<~TEXT
        Usage: bin/run TEMPLATE [options]

        Runs one task of a template and shows it. TEMPLATE is a YAML or JSON file, with its handlers in a Ruby file of
        the same name beside it, or a Ruby file with a TaskerCore::Workflow class.

        Exit status: 0 the task is complete, 1 it isn't, 2 the command line or what it names is wrong.

      TEXT

      # @return [String, nil] the template's path
      attr_reader :template
      # @return [Hash] what the task is given
      attr_reader :context
      # @return [String, nil] nil for a temporary one
      attr_reader :database
      # @return [Integer, nil] a task to go on with
      attr_reader :task_id
      # @return [Boolean] whether its failed steps are tried again
      attr_reader :retry_failed
      # @return [Array<String>] files to be loaded
      attr_reader :requires
      # @return [Hash{String=>Object}] settings of the coordinator
      attr_reader :settings
      # @return [Boolean]
      attr_reader :json
      # @return [String, nil] what to say instead of running anything
      attr_reader :message

      # @param arguments [Array<String>]
      # @return [Options]
      # @raise [UsageError]
      def self.parse(arguments)
        new(arguments)
      end

      # @param arguments [Array<String>]
      def initialize(arguments)
        @context = {}
        @requires = []
        @settings = {}
        @json = @retry_failed = false
        @rest = parser.permute(arguments)
        check unless @message
        freeze
      rescue OptionParser::ParseError => e
        raise UsageError, e.message
      end

      private

      def parser
        OptionParser.new do |parser|
          parser.banner = BANNER
          task_options(parser)
          database_options(parser)
          parser.on("--json", "Print one JSON document about the task, and nothing else, on stdout") { @json = true }
          parser.on("--version", "Print the version") { @message = "tasker_core #{VERSION}" }
          parser.on("-h", "--help", "Print this") { @message = parser.help }
        end
      end

      def task_options(parser)
        parser.on("-c", "--context JSON", "What the task is given: a JSON object, or @FILE") do |text|
          @context = read_context(text)
        end
        parser.on("-r", "--require FILE", "Load a Ruby file with handlers; may be repeated") do |file|
          @requires << file
        end
        parser.on("--environment NAME", "Lay the template's environment NAME over it") do |name|
          @settings["environment"] = name
        end
        parser.on("--parallel N", Integer, "How many steps run at once") { |n| @settings["max_parallel_steps"] = n }
      end

      def database_options(parser)
        parser.on("-d", "--database URL", "Where the task is kept: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
                  "(default: a temporary file)") do |url|
          @database = url
        end
        parser.on("--task ID", Integer, "Go on with this task of the database") { |id| @task_id = id }
        parser.on("--retry", "With --task: try its failed steps again") { @retry_failed = true }
      end

      def read_context(text)
        text = File.read(text.delete_prefix("@"), encoding: "UTF-8") if text.start_with?("@")
        context = JSON.parse(text)
        return context if context.is_a?(Hash)

        raise UsageError, "--context must be a JSON object such as {\"order_id\": 12345}, got #{text[0, 80]}"
      rescue JSON::ParserError => e
        raise UsageError, "--context isn't JSON: #{e.message.lines.first.to_s.strip[0, 200]}"
      rescue SystemCallError => e
        raise UsageError, "--context: the file can't be read: #{e.message}"
      end

      def check
        @template, *others = @rest
        raise UsageError, "give the path of a template" unless @template
        raise UsageError, "one template at a time, got #{@rest.join(", ")}" if others.any?

        @task_id ? check_task : check_new_task
      end

      def check_task
        raise UsageError, "--task needs --database: in which database is task #{@task_id}?" unless @database
        raise UsageError, "--context can't be given with --task: task #{@task_id} has its context" if @context.any?
      end

      def check_new_task
        raise UsageError, "--retry needs --task: which task's failed steps?" if @retry_failed
      end
    end
  end
end
