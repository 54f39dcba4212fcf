# frozen_string_literal: true

require_relative "places"

# An idempotency key that several processes submit at the same time gives one task, and all are told which.
class SharedKeysTest < Minitest::Test
  include Places

  PROCESSES = 4
  KEYS = 60
  # Lets go of all at once; each submits the same keys in an order of its own, in calls of several sizes.
  SUBMITTER = "#{OPEN}#{<<~'RUBY'}".freeze
    coordinator.register_handler("Nobody") { nil }
    coordinator.register_template("namespace" => "keys", "name" => "one",
                                  "steps" => [{ "name" => "only", "handler" => { "callable" => "Nobody" } }])
    random = Random.new(Integer(ARGV.fetch(1)))
    keys = (1..Integer(ARGV.fetch(2))).to_a.shuffle(random:)
    puts "ready"
    $stdin.gets
    keys.each_slice(5) do |some|
      asked = some.map { |key| { namespace: "keys", name: "one", context: { key: }, idempotency_key: "key #{key}" } }
      tasks = random.rand(2).zero? ? coordinator.initialize_tasks(asked) : asked.map { |one| coordinator.initialize_task(one) }
      some.zip(tasks) { |key, task| puts "#{key} #{task.task_id}" }
    end
    coordinator.close
  RUBY

  test_on_both :key_that_several_processes_submit_at_once_gives_one_task do
    processes = Array.new(PROCESSES) { |number| start_ruby(SUBMITTER, settings, number.to_s, KEYS.to_s) }
    let_go(processes)
    told = processes.map { |process| process.finish(60).lines.to_h { |line| line.split.map(&:to_i) } }

    assert_empty errors
    assert_equal (1..KEYS).to_a, told.first.keys.sort
    assert_equal 1, told.uniq.size, "they were told different tasks"
    assert_one_task_a_key(told.first)
  end

  private

  def assert_one_task_a_key(told)
    with_place_open do |coordinator|
      stored = coordinator.list_tasks(limit: 1000).to_h do |task|
        [coordinator.get_task_context(task["task_id"])["context"]["key"], task["task_id"]]
      end

      assert_equal told, stored
    end
    %w[tasks steps idempotency_keys].each do |table|
      assert_equal [[KEYS]], place.rows("select count(*) from #{table}"), table
    end
  end
end
