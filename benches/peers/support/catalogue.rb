# frozen_string_literal: true

require_relative "system"

module Peers
  NOTHING = "nothing"
  BY_HAND = "retries, timeouts, leases (a killed process's steps stay where they are), cancelling, error states, a " \
            "history, input and results for handlers; the graph is in the program"
  BY_HAND_STEPS = "retries, timeouts, cancelling, error states, a history, input and results for handlers; a " \
                  "transaction is held while a handler runs; the graph is in the program"
  LAST_COMMITS = "at a loss of power the last commits"
  CHAINS = "retries (off), durable state, a graph, results, timeouts for steps, leases: a killed process's jobs are " \
           "lost, and what would have come after them"
  DBOS = "a graph apart from the code, timeouts for steps; workflows are code that is run again from its beginning, " \
         "step by recorded step"
  RESTATE = "a graph apart from the code; a server of its own beside the database that one has"

  # All systems, in the order of the report.
  SYSTEMS = [
    System.new("tasker_core_sqlite", "tasker_core", store: "SQLite file, FULL", kind: :sqlite, part: "debian",
                                                    submits: true, leaves_out: NOTHING) do |url|
      [*Home.ruby("tasker_core", "peer.rb"), url]
    end,
    System.new("tasker_core_postgres", "tasker_core", store: "PostgreSQL", kind: :postgres, part: "debian",
                                                      submits: true, leaves_out: NOTHING) do |url|
      [*Home.ruby("tasker_core", "peer.rb"), url]
    end,
    System.new("sqlite_batches", "by hand, batches of 20", store: "SQLite file, FULL", kind: :sqlite, part: "debian",
                                                           submits: true, leaves_out: BY_HAND) do |url|
      [*Home.ruby("by_hand", "peer.rb"), "sqlite_batches", url, "FULL"]
    end,
    System.new("sqlite_batches_normal", "by hand, batches of 20", store: "SQLite file, NORMAL", kind: :sqlite,
                                                                  part: "debian", submits: true, durable: false,
                                                                  leaves_out: "#{BY_HAND}; #{LAST_COMMITS}") do |url|
      [*Home.ruby("by_hand", "peer.rb"), "sqlite_batches", url, "NORMAL"]
    end,
    System.new("sqlite_steps", "by hand, a transaction a step", store: "SQLite file, FULL", kind: :sqlite,
                                                                part: "debian", submits: true,
                                                                leaves_out: BY_HAND_STEPS) do |url|
      [*Home.ruby("by_hand", "peer.rb"), "sqlite_steps", url]
    end,
    System.new("postgres_batches", "by hand, batches of 50", store: "PostgreSQL", kind: :postgres, part: "debian",
                                                             submits: true, leaves_out: BY_HAND) do |url|
      [*Home.ruby("by_hand", "peer.rb"), "postgres_batches", url]
    end,
    System.new("postgres_steps", "by hand, a transaction a step", store: "PostgreSQL", kind: :postgres, part: "debian",
                                                                  submits: true, leaves_out: BY_HAND_STEPS) do |url|
      [*Home.ruby("by_hand", "peer.rb"), "postgres_steps", url]
    end,
    System.new("sidekiq", "Sidekiq, chained jobs", store: "Redis", kind: :redis, part: "debian", submits: true,
                                                   durable: false, leaves_out: CHAINS) do |url|
      [*Home.ruby("sidekiq", "peer.rb"), url]
    end,
    System.new("sidekiq_durable", "Sidekiq, chained jobs", store: "Redis, appendfsync always", kind: :redis_durable,
                                                           part: "debian", submits: true, leaves_out: CHAINS) do |url|
      [*Home.ruby("sidekiq", "peer.rb"), url]
    end,
    System.new("dbos_sqlite", "DBOS Python", store: "SQLite file, FULL", kind: :sqlite, part: "python",
                                             leaves_out: DBOS) do |url|
      [*Home.python("dbos", "peer.py"), url]
    end,
    System.new("dbos_postgres", "DBOS Python", store: "PostgreSQL", kind: :postgres, part: "python",
                                               leaves_out: DBOS) do |url|
      [*Home.python("dbos", "peer.py"), url]
    end,
    System.new("durare_sqlite", "durare (Rust)", store: "SQLite file, FULL", kind: :sqlite, part: "rust",
                                                 leaves_out: DBOS) do |url|
      [*Home.rust("peer_durare"), url]
    end,
    System.new("durare_postgres", "durare (Rust)", store: "PostgreSQL", kind: :postgres, part: "rust",
                                                   leaves_out: DBOS) do |url|
      [*Home.rust("peer_durare"), url]
    end,
    System.new("restate", "Restate, TypeScript SDK", store: "its own log", kind: :restate, part: "node",
                                                     leaves_out: RESTATE) do |url|
      [*Home.node("restate", "peer.mjs"), url]
    end
  ].freeze

  # Those that one would expect here, and that no registry at hand has.
  NOT_TO_BE_HAD = %w[Gush Dynflow GoodJob SolidQueue].to_h do |name|
    [name, "a Ruby gem that Debian doesn't package; only Debian, PyPI, npm and crates.io are used"]
  end.freeze
end
