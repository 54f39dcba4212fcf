# frozen_string_literal: true

require_relative "kill_loop_ledger"
require_relative "places"

# Four processes work on the tasks of one database and are killed all the time, at any moment: while they load, open the
# database, submit, run handlers, commit. In the end each step is complete, once, and was given what its parents gave.
#
# The moments are left to chance; `KILL_LOOP_SEED=… bin/test test/integration/kill_loop_test.rb` draws the same again.
# `rake torture[1000]` makes a long one.
class KillLoopTest < Minitest::Test
  include KillLoopLedger
  include Places

  PROCESSES = 4
  KILLS = Integer(ENV.fetch("KILL_LOOP_KILLS", 100))
  # How long the loop, and the work that is left then, may take on a slow machine, in seconds.
  PATIENCE = 120 + KILLS

  def setup
    super
    @seed = Integer(ENV.fetch("KILL_LOOP_SEED") { Random.new_seed % 1_000_000 })
  end

  test_on_both :kills_at_any_moment_lose_nothing_and_repeat_nothing_that_was_recorded do
    puts "KILL_LOOP_SEED=#{@seed} #{name}"
    loop = start_and_kill
    finish_all(loop["tasks"])

    assert_ledger(loop["tasks"], loop["killed"] + loop["stopped"])
    puts summary(loop)
  end

  private

  def start_and_kill
    driver = start_program("kill_loop_driver.rb", settings: place.settings.merge(busy_timeout_ms: 30_000), kills: KILLS,
                                                  processes: PROCESSES, seed: @seed)
    output = driver.finish(PATIENCE)
    assert_predicate driver.status, :success?, "#{output}#{errors}"
    JSON.parse(output)
  end

  # Several at once again, which all end by themselves when nothing is left to do.
  def finish_all(tasks)
    last = %w[both worker orchestrator].each_with_index.map do |role, number|
      start_program("kill_loop_app.rb", settings: place.settings, role:, tasks:, seed: @seed + number, finish: true)
    end
    last.each { |child| child.finish(PATIENCE) }

    assert(last.all? { |child| child.status.success? }, errors)
    assert_empty errors
  end

  def start_program(name, **options)
    start(RbConfig.ruby, "-W", "-I", LIBRARY, File.expand_path(name, __dir__),
          JSON.generate(options.merge(folder: @folder)))
  end

  def summary(loop)
    lost = @contexts.values.sum do |context|
      context["history"].count { |event| event["reason"].to_s.include?("lost its worker") }
    end
    assert_operator lost, :>, 0, "no kill hit a step that ran" unless KILLS < 100
    refused = File.readlines(path("log")).grep(/report was refused/).size
    "#{loop["killed"]} of #{loop["started"]} processes killed, #{loop["stopped"]} stopped for a while; " \
      "#{loop["tasks"]} tasks, #{@runs.size} steps, #{lost} attempts lost, #{refused} late reports refused"
  end
end
