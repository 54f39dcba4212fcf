# frozen_string_literal: true

require_relative "home"

module Peers
  # One of those that are measured: how it is started, on what, and what of tasker_core's promises it hasn't got.
  class System
    RUNS = %w[w1 w2 w3].freeze

    # @return [String] key for --only; how it is called; what it keeps its workflows in; what it leaves out
    attr_reader :key, :name, :store, :leaves_out

    # @return [Symbol] of Stores
    attr_reader :kind

    # @return [Boolean] whether what it acknowledged outlives a loss of power
    attr_reader :durable

    # @param part [String] of benches/peers/setup, which brings what it needs
    # @param submits [Boolean] whether it can submit without running, so that submissions alone can be measured
    # @yieldparam url [String] of its store
    # @yieldreturn [Array<String>] the command
    def initialize(key, name, store:, kind:, part:, leaves_out:, durable: true, submits: false, &command)
      @key = key
      @name = name
      @store = store
      @kind = kind
      @part = part
      @leaves_out = leaves_out
      @durable = durable
      @submits = submits
      @command = command
    end

    # @return [Boolean] whether it is this project's own
    def own? = @name == "tasker_core"

    def submits? = @submits

    # @return [String, nil] why it can't be measured
    def missing = Home.why_missing(@part)

    # @return [Array<String>]
    def command(url) = @command.call(url)

    def to_s = "#{name}, #{store}"
  end
end
