# frozen_string_literal: true

require_relative "errors"

begin
  require_relative "tasker_core"
rescue LoadError => e
  raise TaskerCore::ExtensionMissing, "the compiled extension can't be loaded: #{e.message}; build it with bin/setup " \
                                      "(or, for an installed gem, `gem pristine tasker_core`)"
end

module TaskerCore
  # The compiled engine. Everything in it is private to the library: call {Coordinator} instead.
  #
  # What can fail answers `[true, value]` or `[false, kind, message, context]`; {Native.value} makes an error of the
  # latter.
  # @api private
  module Native
    # @param answer [Array]
    # @return [Object] the value of a good answer
    # @raise [Error]
    def self.value(answer)
      return answer[1] if answer[0]

      raise Errors.build(answer[1], answer[2], answer[3])
    end
  end
  private_constant :Native
end
