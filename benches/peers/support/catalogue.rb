# frozen_string_literal: true

require_relative "leaves_out"
require_relative "settings"
require_relative "system"

module Peers
  SQLITE = { store: "SQLite file, FULL", kind: :sqlite }.freeze
  SQLITE_NORMAL = { store: "SQLite file, NORMAL", kind: :sqlite, durable: false }.freeze
  POSTGRES = { store: "PostgreSQL", kind: :postgres }.freeze
  REDIS = { store: "Redis", kind: :redis, durable: false }.freeze
  # Redis keeps what it has answered, but Sidekiq takes a job out of it before the job is run.
  REDIS_DURABLE = { store: "Redis, appendfsync always", kind: :redis_durable, durable: false }.freeze
  ITS_OWN_LOG = { store: "its own log", kind: :restate }.freeze

  OWN = ->(url) { [*Home.ruby("tasker_core", "peer.rb"), url] }
  SIDEKIQ = ->(url) { [*Home.ruby("sidekiq", "peer.rb"), url] }
  DBOS = ->(url) { [*Home.python("dbos", "peer.py"), url] }
  DURARE = ->(url) { [*Home.rust("peer_durare"), url] }
  RESTATE = ->(url) { [*Home.node("restate", "peer.mjs"), url] }

  # @return [Proc] the command of workflows written by hand
  def self.by_hand(kind, *options) = ->(url) { [*Home.ruby("by_hand", "peer.rb"), kind, url, *options] }

  # All systems, in the order of the report.
  SYSTEMS = [
    System.new("tasker_core_sqlite", "tasker_core", **SQLITE, part: nil, command: OWN,
                                                              settings: Settings::OWN, leaves_out: "nothing"),
    System.new("tasker_core_postgres", "tasker_core", **POSTGRES, part: nil, command: OWN,
                                                                  settings: Settings::OWN, leaves_out: "nothing"),
    System.new("sqlite_batches", "by hand, batches of 100",
               **SQLITE, part: "debian", command: by_hand("sqlite_batches"),
                         settings: Settings::SQLITE_BATCHES, leaves_out: LeavesOut::BY_HAND),
    System.new("sqlite_batches_normal", "by hand, batches of 100",
               **SQLITE_NORMAL, part: "debian", command: by_hand("sqlite_batches", "NORMAL"),
                                settings: Settings::SQLITE_BATCHES, leaves_out: LeavesOut::BY_HAND_NORMAL),
    System.new("sqlite_steps", "by hand, a transaction a step",
               **SQLITE, part: "debian", command: by_hand("sqlite_steps"),
                         settings: Settings::SQLITE_STEPS, leaves_out: LeavesOut::BY_HAND_STEPS),
    System.new("postgres_batches", "by hand, batches of 200",
               **POSTGRES, part: "debian", command: by_hand("postgres_batches"),
                           settings: Settings::POSTGRES_BATCHES, leaves_out: LeavesOut::BY_HAND),
    System.new("postgres_steps", "by hand, a transaction a step",
               **POSTGRES, part: "debian", command: by_hand("postgres_steps"),
                           settings: Settings::POSTGRES_STEPS, leaves_out: LeavesOut::BY_HAND_STEPS),
    System.new("sidekiq", "Sidekiq, chained jobs", **REDIS, part: "debian", command: SIDEKIQ,
                                                            settings: Settings::SIDEKIQ, leaves_out: LeavesOut::CHAINS),
    System.new("sidekiq_durable", "Sidekiq, chained jobs",
               **REDIS_DURABLE, part: "debian", command: SIDEKIQ,
                                settings: Settings::SIDEKIQ, leaves_out: LeavesOut::CHAINS),
    System.new("dbos_sqlite", "DBOS Python", **SQLITE, part: "python", command: DBOS,
                                                       settings: Settings::DBOS_SQLITE, leaves_out: LeavesOut::DBOS),
    System.new("dbos_postgres", "DBOS Python", **POSTGRES, part: "python", command: DBOS,
                                                           settings: Settings::DBOS, leaves_out: LeavesOut::DBOS),
    System.new("durare_sqlite", "durare (Rust)", **SQLITE, part: "rust", command: DURARE,
                                                           settings: Settings::DURARE, leaves_out: LeavesOut::DURARE),
    System.new("durare_postgres", "durare (Rust)", **POSTGRES, part: "rust", command: DURARE,
                                                               settings: Settings::DURARE,
                                                               leaves_out: LeavesOut::DURARE),
    System.new("restate", "Restate, TypeScript SDK", **ITS_OWN_LOG, part: "node", command: RESTATE,
                                                                    settings: Settings::RESTATE,
                                                                    leaves_out: LeavesOut::RESTATE)
  ].freeze

  # Those that one would expect here, and that no registry at hand has.
  NOT_TO_BE_HAD = %w[Gush Dynflow GoodJob SolidQueue].to_h do |name|
    [name, "a Ruby gem that Debian doesn't package; only Debian, PyPI, npm and crates.io are used"]
  end.freeze
end
