# frozen_string_literal: true

module Peers
  # What each system hasn't got of what tasker_core does meanwhile, as it is used here: a rate without it isn't fair.
  module LeavesOut
    BY_HAND = "retries, timeouts, leases (the steps of a killed process stay where they are), cancelling, error " \
              "states, a history, input and results for handlers; the graph is in the program"
    BY_HAND_NORMAL = "#{BY_HAND}; a loss of power takes the last commits".freeze
    BY_HAND_STEPS = "retries, timeouts, cancelling, error states, a history, input and results for handlers; a " \
                    "transaction is held open while a handler runs; the graph is in the program"
    CHAINS = "a durable state (the jobs of a killed process are lost, and all that would have come after them), a " \
             "graph, results, timeouts, leases, a history; retries are off"
    DBOS = "a graph apart from the code (a workflow is a function, run again from its beginning over its recorded " \
           "steps), timeouts for steps, leases (a dead process's workflows wait until it is started again, or for " \
           "DBOS's separate Conductor)"
    DURARE = "a graph apart from the code, as DBOS, whose tables it uses; leases (recovery is called by hand)"
    RESTATE = "a graph apart from the code; a state in the database that one has (its server keeps all of it)"
  end
end
