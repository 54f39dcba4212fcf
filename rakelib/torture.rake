# frozen_string_literal: true

require "rbconfig"

desc "Kill workers at random, so many times on each database, or on one: torture[1000] or torture[1000,postgres]"
task :torture, %i[kills database] => :compile do |_, given|
  databases = %w[sqlite postgres]
  chosen = given[:database] ? databases & [given[:database]] : databases
  abort "torture: there are #{databases.join(" and ")}, not #{given[:database]}" if chosen.empty?

  sh({ "KILL_LOOP_KILLS" => Integer(given.fetch(:kills, 1000)).to_s }, RbConfig.ruby, "-w", "-I", "lib", "-I", "test",
     "test/integration/kill_loop_test.rb", "-v", "-n", "/_on_(#{chosen.join("|")})$/", verbose: false)
end
