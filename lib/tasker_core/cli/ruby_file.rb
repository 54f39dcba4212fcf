# frozen_string_literal: true

module TaskerCore
  module CLI
    # A Ruby file of the user's.
    # @api private
    module RubyFile
      module_function

      # @param path [String]
      # @param what [String] what it is, for a message
      # @return [void]
      # @raise [UsageError]
      def check(path, what = "file")
        return if File.file?(path)

        raise UsageError, "there is no #{what} #{path} (looked for #{File.expand_path(path)})"
      end

      # Whatever it raises while it is loaded is about that file.
      #
      # @param path [String]
      # @return [void]
      # @raise [UsageError]
      def load(path)
        check(path)
        require File.expand_path(path)
      rescue UsageError
        raise
      rescue ScriptError, StandardError => e
        place = e.backtrace&.find { |line| !line.start_with?("<internal") }
        raise UsageError, "#{path} can't be loaded: #{e.class}: #{e.message.lines.first.to_s.strip} (#{place})"
      end
    end
  end
end
