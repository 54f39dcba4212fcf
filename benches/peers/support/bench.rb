# frozen_string_literal: true

require_relative "service"

module Peers
  # Measures an engine that submits first and runs then, in one process with its client. The engine has
  #
  #   submit(workload, count)   many at once, the best way it has
  #   submit_one                one W1, in a transaction of its own, from any thread
  #   running { … }             has its worker run meanwhile
  #   wait(total)               until as many have been completed since the beginning
  #   completed, submitted      how many the store has
  #   one                       a W1 from submission to completion, where nothing else goes on
  class Bench
    def initialize(engine)
      @engine = engine
    end

    # The worker begins when all are submitted, so that running can be told apart from submitting.
    def run(workload, count)
      before = @engine.completed
      submitting = Peers.seconds { @engine.submit(workload, count) }
      running = nil
      began = Peers.clock
      @engine.running do
        @engine.wait(before + count)
        running = Peers.clock - began
      end
      { "seconds" => submitting + running, "run_seconds" => running, "completed" => @engine.completed - before }
    end

    def idle(count)
      before = @engine.completed
      samples = @engine.idly { Array.new(count) { Peers.seconds { @engine.one } * 1000 } }
      { "ms" => samples, "completed" => @engine.completed - before }
    end

    # What was submitted is left unfinished: it is the last thing that is asked of a store.
    def submits(count)
      before = @engine.submitted
      each = count / SUBMITTERS
      seconds = Peers.seconds do
        Array.new(SUBMITTERS) { Thread.new { each.times { @engine.submit_one } } }.each(&:join)
      end
      { "seconds" => seconds, "completed" => @engine.submitted - before }
    end
  end
end
