# frozen_string_literal: true

module TaskerCore
  class Configuration
    # What is done to a database's URL.
    # @api private
    module DatabaseUrl
      USER_AND_PASSWORD = %r{\A((?>(?:[\w+.-]+:(?=//))?)/*[^:@/]*):.*@}m
      # In a URL, and in the form `host=… password=…`, which is no URL and so refused, and shown.
      PASSWORD_PARAMETER = /((?:\A|[?&\s])(?:ssl)?password\s*=\s*)(?:'[^']*'|[^&\s]*)/i
      private_constant :USER_AND_PASSWORD, :PASSWORD_PARAMETER

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

      # Works on what isn't a right URL too, since messages show that. Rather too much is masked than too little: all
      # between the user's name and the last @.
      #
      # @param url [String]
      # @return [String] without its password
      def masked(url)
        return url if url.start_with?("sqlite:")

        url.sub(USER_AND_PASSWORD, '\1:***@').gsub(PASSWORD_PARAMETER, '\1***')
      end
    end
  end
end
