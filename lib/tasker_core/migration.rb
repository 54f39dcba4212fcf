# frozen_string_literal: true

require_relative "value"

module TaskerCore
  # What {TaskerCore.migrate!} has done to the tables of a database.
  #
  # @example
  #   migration = TaskerCore.migrate!("sqlite::memory:")
  #   migration.changed? # => true
  class Migration < Value
    # @return [Integer] the version that the tables had; 0 where there were none
    def from
      self["from"]
    end

    # @return [Integer] the version that they have now
    def to
      self["to"]
    end

    # @return [Boolean] whether there was something to do
    def changed?
      from != to
    end

    private

    def summary
      changed? ? "from #{from} to #{to}" : "at #{to} already"
    end
  end
end
