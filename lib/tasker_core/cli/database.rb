# frozen_string_literal: true

require "fileutils"
require "tmpdir"

module TaskerCore
  module CLI
    # Where the task is kept: the database that was named, or a temporary one, which goes when the task is complete.
    # One that isn't complete can be gone on with, so its database stays.
    # @api private
    class Database
      # @return [String]
      attr_reader :url

      # @param url [String, nil] nil for a temporary one
      def initialize(url)
        @folder = url ? nil : Dir.mktmpdir("tasker_core-run-")
        @url = url || "sqlite://#{File.join(@folder, "tasks.sqlite3")}"
      end

      # @return [String] its URL without a password
      def shown
        Configuration::DatabaseUrl.masked(@url)
      end

      # @return [Boolean]
      def temporary?
        !@folder.nil?
      end

      # @return [void]
      def remove
        FileUtils.remove_entry(@folder) if @folder && File.directory?(@folder)
      end
    end
  end
end
