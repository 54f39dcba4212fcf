# frozen_string_literal: true

require_relative "legacy/task"
require_relative "legacy/step"
require_relative "legacy/sequence"
require_relative "legacy/handler"

module TaskerCore
  # What handlers of the older template format are called with: `process(task, sequence, step)`.
  module Legacy
  end
end
