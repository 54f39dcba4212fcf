# frozen_string_literal: true

module TaskerCore
  class Configuration
    # What is done to a database's URL.
    # @api private
    module DatabaseUrl
      module_function

      # A process may change its folder later (a daemon does), so a relative path is resolved once.
      #
      # @param url [String]
      # @param root [String] the folder that a relative path starts from
      # @return [String]
      def absolute(url, root)
        return url unless url.start_with?("sqlite:")

        path = url.delete_prefix("sqlite:").delete_prefix("//")
        return "sqlite::memory:" if path == ":memory:"

        "sqlite://#{File.absolute_path(path, root)}"
      end

      # @param url [String]
      # @return [String] without its password
      def masked(url)
        url.sub(%r{\A(\w+://[^:@/]*):.*@}, '\1:***@').gsub(/([?&]password=)[^&]*/, '\1***')
      end
    end
  end
end
