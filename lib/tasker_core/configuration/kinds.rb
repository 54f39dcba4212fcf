# frozen_string_literal: true

module TaskerCore
  class Configuration
    # The kinds of values that settings have: each reads text, says what it allows, and gives a value its one form.
    # @api private
    module Kinds
    end
  end
end

require_relative "kinds/flag"
require_relative "kinds/limits"
require_relative "kinds/text"
require_relative "kinds/whole_number"
require_relative "kinds/word"
