# frozen_string_literal: true

# What every benchmark measures by.
module Benches
  # The usual temporary folder may be in memory, where nothing takes the time that it takes on a disk.
  ON_DISK = "/var/tmp"

  # A benchmark that can't be carried out; the message says what is missing or went wrong, and what to do.
  class Failure < StandardError; end

  # @return [Float] seconds, by a clock that all processes of the machine share
  def self.clock
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # @return [Float] seconds that the block took
  def self.seconds
    began = clock
    yield
    clock - began
  end
end
