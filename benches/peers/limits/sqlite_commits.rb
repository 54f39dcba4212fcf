# frozen_string_literal: true

# How many commits of one row a second SQLite makes from Ruby:
#
#   ruby benches/peers/limits/sqlite_commits.rb FILE FULL|NORMAL SECONDS

require "sqlite3"
require_relative "../support/workloads"

file, synchronous, seconds = ARGV
database = SQLite3::Database.new(file)
database.execute("pragma journal_mode = wal")
database.execute("pragma synchronous = #{synchronous}")
database.execute("create table rows (id integer primary key, payload text not null) strict")
insert = database.prepare("insert into rows (payload) values ('x')")

took = Peers.seconds do
  finish = Peers.clock + Float(seconds)
  50.times { insert.execute!.tap { insert.reset! } } while Peers.clock < finish
end
puts database.get_first_value("select count(*) from rows") / took
