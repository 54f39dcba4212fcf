# frozen_string_literal: true

require_relative "../test_helper"
require_relative "document"

# The tables of README.md say what the code says.
class ReadmeTablesTest < Minitest::Test
  include TestHelper

  def test_configuration
    rows = Document.table("key")
    said = rows.map { |key, default, variables, _| [*Document.code(key), Document.code(default), variables] }
    keys = TaskerCore::Configuration::Schema::KEYS.values
    assert_equal(keys.map { |key| [key.name, shown(key.default), key.variables.map { |name| "`#{name}`" }.join(", ")] },
                 said)
    assert_empty(rows.reject { |row| row.size == 4 })
  end

  def test_errors
    said = Document.table("`TaskerCore::`").flat_map do |names, parent, _|
      Document.code(names).map { |name| [name, Document.code(parent).first] }
    end
    classes = TaskerCore.constants.map { |name| TaskerCore.const_get(name) }
                        .select { |one| one.is_a?(Class) && one.include?(TaskerCore::Error) }
    assert_equal classes.map { |one| [one.name.delete_prefix("TaskerCore::"), one.superclass.name] }.sort, said.sort
  end

  # They are classes by name only, in what is kept of a failed step.
  def test_what_is_never_raised_is_no_class
    refute TaskerCore.const_defined?(:StepTimeout)
    refute TaskerCore.const_defined?(:WorkerLost)
  end

  def test_metrics
    said = Document.table("metric").flat_map { |names, _| Document.code(names) }
    with_coordinator { |coordinator| assert_equal coordinator.get_performance_metrics.keys, said }
  end

  def test_what_a_step_has
    said = Document.table("`step.`").flat_map { |names, _| Document.code(names) }.map { |name| name[/\A[\w?!]+/] }
    has = TaskerCore::Step.public_instance_methods(false) - %i[inspect to_s result_if_done step_names]
    assert_equal has.map(&:to_s).sort, said.sort
  end

  def test_retry_keys_and_their_defaults
    rows = Document.table("key of a step's `retry`")
    said = rows.to_h { |cells| cells.first(2).map { |cell| Document.code(cell).first } }
    with_coordinator do |coordinator|
      step = { "name" => "only", "handler" => { "callable" => "String" } }
      info = coordinator.register_template("name" => "one", "steps" => [step])
      retries = coordinator.template(info.template_id)["steps"].first["retry"]
      assert_equal retries.transform_values { |value| value.to_s.delete_suffix(".0") }, said
    end
  end

  def test_limits
    assert_includes Document::TEXT, "nested #{TaskerCore::Payload::MAX_DEPTH} levels deep"
    steps = TaskerCore::Configuration::Schema::KEYS.fetch("max_steps_per_task").default
    assert_includes Document::TEXT, "#{steps.to_s.sub(/(\d{3})\z/, ',\1')} steps a task"
  end

  private

  # What has no default is said in words.
  def shown(default)
    return [] if default.nil?

    [default.is_a?(Hash) ? "{}" : default.to_s]
  end
end
