# frozen_string_literal: true

module TaskerCore
  module Execution
    # What somebody may have meant.
    # @api private
    module Nearest
      # @param wrong [String]
      # @param known [Array<String>]
      # @return [String] the end of a message, empty where nothing is near
      def self.hint(wrong, known)
        return "" unless defined?(DidYouMean::SpellChecker)

        nearest = DidYouMean::SpellChecker.new(dictionary: known).correct(wrong).first
        nearest ? "; did you mean #{nearest.inspect}?" : ""
      end
    end
  end
end
