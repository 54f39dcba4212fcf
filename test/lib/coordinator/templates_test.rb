# frozen_string_literal: true

require_relative "../../test_helper"
require_relative "../templates"

class CoordinatorTemplatesTest < Minitest::Test
  include TestHelper
  include Templates

  def test_a_registered_template_says_what_it_is
    with_coordinator do |coordinator|
      info = register_linear(coordinator, "a", "b")

      assert_equal ["test", "linear", "1.0.0", 2], [info.namespace, info.name, info.version, info.step_count]
      assert_equal [info.template_id], coordinator.templates.map(&:template_id)
      assert_equal "#<TaskerCore::TemplateInfo test/linear 1.0.0, 2 steps>", coordinator.templates.first.inspect
    end
  end

  def test_the_same_template_again_changes_nothing
    with_coordinator do |coordinator|
      first = register_linear(coordinator, "a")
      second = register_linear(coordinator, "a")

      assert_equal first.template_id, second.template_id
      assert_equal 1, coordinator.templates.size
    end
  end

  def test_a_template_comes_from_yaml
    Dir.mktmpdir do |folder|
      path = "#{folder}/greet.yml"
      File.write(path, "name: greet\nnamespace_name: docs\nsteps:\n  - name: hello\n    handler: { callable: Hello }\n")
      with_coordinator do |coordinator|
        coordinator.register_handler("Hello", &:name)

        assert_equal "greet", coordinator.register_template(path).name
        assert_equal 1, coordinator.register_template(File.read(path)).step_count
      end
    end
  end

  def test_its_description_is_frozen_and_kept
    with_coordinator do |coordinator|
      info = register_linear(coordinator, "a", "b")
      description = coordinator.template(info.template_id)

      assert_equal %w[a b], (description["steps"].map { |step| step["name"] })
      assert_predicate description["steps"].first["retry"], :frozen?
      assert_same description, coordinator.template(info.template_id)
    end
  end

  def test_a_template_of_another_process_is_read_from_the_database
    Dir.mktmpdir do |folder|
      url = "sqlite://#{folder}/tasks.db"
      id = with_coordinator(url) { |coordinator| register_linear(coordinator, "a").template_id }
      with_coordinator(url) do |coordinator|
        assert_equal "linear", coordinator.template(id)["name"]
        assert_raises(TaskerCore::TemplateNotFound) { coordinator.template(id + 1) }
      end
    end
  end

  def test_a_cycle_is_shown
    template = linear("a", "b")
    template["steps"][0]["dependencies"] = ["b"]
    with_coordinator do |coordinator|
      error = assert_raises(TaskerCore::CycleError) { coordinator.register_template(template) }

      assert_match(/a → b → a|b → a → b/, error.message)
      assert_empty coordinator.templates
    end
  end

  def test_everything_that_is_wrong_is_named_at_once
    template = linear("a", "a")
    template["steps"][0]["retry"] = { "max_atempts" => 3 }
    template["steps"][1]["dependencies"] = ["c"]
    with_coordinator do |coordinator|
      error = assert_raises(TaskerCore::ValidationError) { coordinator.register_template(template) }

      assert_match(/max_atempts.*max_attempts/, error.message)
      assert_operator error.errors.size, :>=, 3
      assert_equal "#<TaskerCore::Coordinator sqlite::memory: open, 0 templates>", coordinator.inspect
    end
  end

  def test_a_handler_that_is_missing_is_warned_of
    with_log do |log|
      with_coordinator { |coordinator| coordinator.register_template(linear("lonely")) }

      assert_match(%r{template test/linear: step lonely has no handler "Linear.lonely" yet}, log.string)
    end
  end

  def test_a_handler_that_is_there_is_not_warned_of
    with_log do |log|
      with_coordinator { |coordinator| register_linear(coordinator, "a") }

      refute_match(/has no handler/, log.string)
    end
  end
end
