# frozen_string_literal: true

module Servers
  # What keeps a server from doing as it was told; the message is for whoever told it.
  class Failure < StandardError
    # @param text [String] many lines or one
    # @return [String] on one line, so that it can be the answer to a line
    def self.one_line(text) = text.strip.gsub(/\s*\n\s*/, "; ")
  end
end
