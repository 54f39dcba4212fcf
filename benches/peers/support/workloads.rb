# frozen_string_literal: true

module Peers
  # The graphs that every system runs, each step by the numbers of the steps that it waits for: W1 is a line of five, W2
  # a diamond of four, W3 one to a hundred to one. Handlers do nothing.
  WORKLOADS = {
    "w1" => [[], [0], [1], [2], [3]],
    "w2" => [[], [0], [0], [1, 2]],
    "w3" => [[], *Array.new(100) { [0] }, (1..100).to_a]
  }.freeze

  # How many threads submit one a call.
  SUBMITTERS = 8

  def self.clock = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # @return [Float] seconds that the block took
  def self.seconds
    began = clock
    yield
    clock - began
  end
end
