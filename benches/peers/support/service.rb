# frozen_string_literal: true

require "json"
require_relative "workloads"

module Peers
  # A peer's own process, as far as it is in Ruby: does what its standard input says, until that ends. Each line is a
  # JSON object, and so is each answer.
  #
  #   {"do": "run", "workload": "w1", "count": 100}   {"seconds": …, "run_seconds": …, "completed": 100}
  #   {"do": "idle", "count": 40}                     {"ms": […], "completed": 40}
  #   {"do": "submits", "count": 800}                 {"seconds": …, "completed": 800}
  #
  # The first answer is given unasked: {"ready": true, "version": …}. `completed` is what the store says afterwards:
  # whoever asked compares. What goes wrong is answered by {"error": …}.
  class Service
    # @param version [String] of what is measured
    # @param peer [#run, #idle, #submits] what does it
    def self.run(version, peer)
      new(peer).run(version)
    end

    def initialize(peer)
      @peer = peer
      $stdout.sync = true
    end

    def run(version)
      say("ready" => true, "version" => version)
      $stdin.each_line { |line| say(answer(JSON.parse(line))) }
    end

    private

    def say(answer) = puts(JSON.generate(answer))

    def answer(asked)
      count = asked.fetch("count")
      case asked.fetch("do")
      when "run" then @peer.run(asked.fetch("workload"), count)
      when "idle" then @peer.idle(count)
      when "submits" then @peer.submits(count)
      else { "error" => "there is no #{asked["do"]}" }
      end
    rescue StandardError => e
      { "error" => "#{e.class}: #{e.message}" }
    end
  end
end
