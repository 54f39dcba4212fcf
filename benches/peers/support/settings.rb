# frozen_string_literal: true

module Peers
  # How each system is set, told in the report: as its documentation has it for speed.
  module Settings
    OWN = "the gem's defaults; a worker of 10 threads in the client's process; 500 tasks a submission; alone: " \
          "orchestrate_task, in the thread that calls"
    SQLITE_BATCHES = "WAL; one connection, one worker; prepared statements; children are taken by the transaction " \
                     "that frees them; 500 tasks a submission"
    SQLITE_STEPS = "WAL; one connection, one worker; prepared statements; 500 tasks a submission"
    POSTGRES_BATCHES = "2 workers, each with a connection and one round trip a turn (a pipeline); prepared set-based " \
                       "statements, kept from sequential scans and hash and merge joins; children are taken by the " \
                       "transaction that frees them; 500 tasks a submission"
    POSTGRES_STEPS = "8 workers, each with a connection; FOR UPDATE SKIP LOCKED, prepared statements; 500 tasks a " \
                     "submission"
    SIDEKIQ = "one process with 10 threads beside the client's; perform_bulk with 1000 jobs a call; logs warnings only"
    DBOS = "20 connections; W1 as a plain function, 10 under way; W2 and W3 as coroutines, 10 and 2 under way; logs " \
           "warnings only"
    DBOS_SQLITE = "WAL; #{DBOS}".freeze
    DURARE = "a release build; 128 under way; 5 connections on SQLite (WAL), 33 on PostgreSQL"
    RESTATE = "one server with its log flushed before it answers; its client and endpoint in one process of Node 24; " \
              "64 invocations under way, of W3 8"
  end
end
