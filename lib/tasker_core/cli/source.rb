# frozen_string_literal: true

module TaskerCore
  module CLI
    # The template's file and the handlers that come with it.
    # @api private
    class Source
      # Kinds of files that hold a template as data.
      DATA = %w[.yml .yaml .json].freeze

      # @param path [String] the template's
      # @param requires [Array<String>] more files to load
      def initialize(path, requires)
        @path = path
        @requires = requires
      end

      # Loads the Ruby files.
      # @return [String, Class] what {Coordinator#register_template} takes
      # @raise [UsageError] a file is missing, or can't be loaded
      def load
        RubyFile.check(@path, "template")
        @requires.each { |file| RubyFile.load(file) }
        return workflow if ruby?
        return load_beside if DATA.include?(File.extname(@path).downcase)

        raise UsageError, "a template is a .yml, .yaml, .json or .rb file, and #{@path} is none"
      end

      # @return [String] where handlers were looked for, for a message
      def places
        [ruby? ? @path : beside, *@requires].join(", ")
      end

      private

      def ruby?
        File.extname(@path).downcase == ".rb"
      end

      def beside
        @path.delete_suffix(File.extname(@path)).concat(".rb")
      end

      def load_beside
        RubyFile.load(beside) if File.file?(beside)
        @path
      end

      def workflow
        before = workflows
        RubyFile.load(@path)
        found = workflows - before
        return found.first if found.one?

        what = found.empty? ? "no class that inherits" : "#{found.size} classes (#{found.join(", ")}) that inherit"
        raise UsageError, "#{@path} has #{what} from TaskerCore::Workflow; it needs one"
      end

      def workflows
        ObjectSpace.each_object(Workflow.singleton_class).reject { |one| one.singleton_class? || one == Workflow }
      end
    end
  end
end
