# frozen_string_literal: true

require_relative "execution_helper"

class WorkerNamespacesTest < Minitest::Test
  include ExecutionHelper

  NAMESPACES = %w[orders mail ledger].freeze

  # One template of one step in each namespace; its handler answers with the namespace.
  def with_namespaces
    with_coordinator do |coordinator|
      NAMESPACES.each do |namespace|
        steps = [{ "name" => "a", "handler" => { "callable" => namespace } }]
        coordinator.register_template("namespace" => namespace, "name" => "one", "steps" => steps)
        coordinator.register_handler(namespace) { |_| namespace }
      end
      yield coordinator
    end
  end

  def submit_to(coordinator, namespace)
    coordinator.initialize_task("namespace" => namespace, "name" => "one").task_id
  end

  def status(coordinator, id)
    coordinator.get_task_context(id)["status"]
  end

  def with_worker(coordinator, **options)
    worker = TaskerCore::Worker.new(coordinator, **options).start
    yield worker
  ensure
    worker&.stop(timeout: 5)
  end

  def test_it_runs_the_tasks_of_its_namespaces_and_leaves_the_others
    with_namespaces do |coordinator|
      # The other's come first and would be taken first.
      others = Array.new(20) { submit_to(coordinator, "ledger") }
      own = Array.new(10) { [submit_to(coordinator, "orders"), submit_to(coordinator, "mail")] }.flatten
      with_worker(coordinator, namespaces: [:orders, "mail"]) do
        eventually { own.all? { |id| status(coordinator, id) == "complete" } }
      end

      assert_equal ["pending"], others.map { |id| status(coordinator, id) }.uniq
    end
  end

  def test_one_that_waits_is_woken_by_a_task_of_its_namespace
    with_namespaces do |coordinator|
      with_worker(coordinator, namespaces: ["mail"]) do
        eventually { coordinator.get_performance_metrics["parked_claims"].to_i.positive? }
        other = submit_to(coordinator, "orders")
        own = submit_to(coordinator, "mail")
        eventually { status(coordinator, own) == "complete" }

        assert_equal "pending", status(coordinator, other)
      end
    end
  end

  def test_workers_of_several_namespaces_share_the_work_with_one_of_all
    with_namespaces do |coordinator|
      ids = Array.new(30) { NAMESPACES.map { |namespace| submit_to(coordinator, namespace) } }.flatten
      with_worker(coordinator, namespaces: ["orders"]) do
        with_worker(coordinator, namespaces: %w[mail orders]) do
          with_worker(coordinator) { eventually { ids.all? { |id| status(coordinator, id) == "complete" } } }
        end
      end
    end
  end

  def test_all_steps_of_a_task_come_to_the_worker_of_its_namespace
    with_coordinator do |coordinator|
      template(coordinator, { "a" => [], "b" => ["a"], "c" => ["a"], "d" => %w[b c] })
      handle_all(coordinator, { "a" => [], "b" => [], "c" => [], "d" => [] }, &:name)
      id = submit(coordinator)
      with_worker(coordinator, namespaces: ["test"]) { eventually { status(coordinator, id) == "complete" } }
    end
  end

  def test_it_tells_its_namespaces
    with_coordinator do |coordinator|
      worker = TaskerCore::Worker.new(coordinator, namespaces: [:mail, "orders", "mail"])

      assert_equal %w[mail orders], worker.namespaces
      assert_predicate worker.namespaces, :frozen?
      assert_equal "#<TaskerCore::Worker stopped, of mail, orders>", worker.inspect
      assert_nil TaskerCore::Worker.new(coordinator).namespaces
    end
  end

  def test_a_list_that_is_changed_later_changes_nothing
    with_coordinator do |coordinator|
      name = +"mail"
      list = [name]
      worker = TaskerCore::Worker.new(coordinator, namespaces: list)
      list << "orders"
      name << "!"

      assert_equal ["mail"], worker.namespaces
    end
  end

  def test_wrong_namespaces_are_refused_with_what_is_allowed
    with_coordinator do |coordinator|
      refused = ->(namespaces) { TaskerCore::Worker.new(coordinator, namespaces:) }

      { "mail" => /namespaces must be an Array.*got String "mail"/,
        [1] => /namespaces\[0\] must be a String or a Symbol/,
        ["a", nil] => /namespaces\[1\] must be.*got nil/ }.each do |wrong, message|
        assert_match message, assert_raises(TypeError) { refused.call(wrong) }.message
      end
      { [] => /namespaces: it is empty; name at least one, or give nil for all/,
        ["a", ""] => /namespaces\[1\]: it is empty/, ["\xff"] => /namespaces\[0\]: .*UTF-8/ }.each do |wrong, message|
        assert_match message, assert_raises(TaskerCore::ValidationError) { refused.call(wrong) }.message
      end
    end
  end
end
