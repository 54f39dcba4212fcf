# frozen_string_literal: true

require_relative "home"

module Peers
  # One of those that are measured: how it is started, on what, and what of tasker_core's promises it hasn't got.
  class System
    RUNS = %w[w1 w2 w3].freeze

    # @return [String] by which it is chosen; how it is called; what it keeps its workflows in; how it is set; what it
    #   leaves out
    attr_reader :key, :name, :store, :settings, :leaves_out

    # @return [Symbol] of Stores
    attr_reader :kind

    # @return [Boolean] whether what it acknowledged outlives a loss of power and a killed process
    attr_reader :durable

    # @param part [String, nil] of benches/peers/setup, which brings what it needs
    # @param command [Proc] gives the command for the URL of its store
    def initialize(key, name, store:, kind:, part:, command:, settings:, leaves_out:, durable: true)
      @key = key
      @name = name
      @store = store
      @kind = kind
      @part = part
      @command = command
      @settings = settings
      @leaves_out = leaves_out
      @durable = durable
    end

    # @return [Boolean] whether it is this project's own
    def own? = @name == "tasker_core"

    # @return [Boolean] whether both are on the same kind of store, or one of them is on one that the other can't have
    def comparable?(other) = [kind, other.kind].uniq.one? || !([kind, other.kind] - %i[sqlite postgres]).empty?

    # @return [String, nil] why it can't be measured
    def missing = Home.why_missing(@part)

    # @return [Array<String>]
    def command(url) = @command.call(url)

    def to_s = "#{name}, #{store}"
  end
end
