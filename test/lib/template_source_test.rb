# frozen_string_literal: true

require_relative "../test_helper"
require "pathname"

class TemplateSourceTest < Minitest::Test
  def json(source)
    TaskerCore::TemplateSource.json(source)
  end

  def refusal(source)
    assert_raises(TaskerCore::ValidationError) { json(source) }.message
  end

  def with_file(content, name = "template.yml")
    Dir.mktmpdir do |folder|
      path = File.join(folder, name)
      File.write(path, content)
      yield path
    end
  end

  def test_a_hash_may_use_symbols_and_classes
    assert_equal '{"name":"a","steps":[{"handler":{"callable":"String"},"retry":{"backoff":"linear"}}]}',
                 json({ name: "a", steps: [{ handler: { callable: String }, retry: { backoff: :linear } }] })
  end

  def test_a_class_without_a_name_is_refused
    assert_match(/template\.callable: a Class can't be stored/, refusal({ "callable" => Class.new }))
  end

  def test_yaml_is_read_from_a_path_a_pathname_or_text
    with_file("name: a\nversion: 1.0.0\n") do |path|
      expected = '{"name":"a","version":"1.0.0"}'

      assert_equal expected, json(path)
      assert_equal expected, json(Pathname(path))
      assert_equal expected, json(File.read(path))
    end
  end

  def test_json_is_read_from_a_path
    with_file('{"name": "a", "n": 123456789012345678901234567890}', "template.json") do |path|
      assert_equal '{"name":"a","n":123456789012345678901234567890}', json(path)
    end
  end

  def test_json_that_does_not_parse_names_its_file
    with_file('{"name": ', "template.json") { |path| assert_match(/template.json isn't valid JSON/, refusal(path)) }
    with_file('{"a": 1, "a": 2}', "t.json") { |path| assert_match(/the key "a" is there twice/, refusal(path)) }
    with_file("[1]", "t.json") { |path| assert_match(/must be an object, not an Array/, refusal(path)) }
  end

  def test_a_workflow_class_says_its_own_definition
    workflow = Class.new { def self.template_definition = { "name" => "a" } }

    assert_equal '{"name":"a"}', json(workflow)
  end

  def test_aliases_and_merges_are_taken
    assert_equal({ "a" => { "b" => 1 }, "c" => { "b" => 1 }, "d" => { "b" => 1, "e" => 2 } },
                 JSON.parse(json("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n")))
  end

  def test_yaml_that_does_not_parse_names_file_and_line
    with_file("name: a\n  b: [\n") { |path| assert_match(/#{path} isn't valid YAML: line 2: /, refusal(path)) }
    assert_match(/YAML text isn't valid YAML: line 2/, refusal("name: a\n  b: [\n"))
  end

  def test_a_key_that_is_there_twice_is_refused_with_its_line
    message = refusal("name: a\nsteps:\n  - name: b\n    retry: {}\n    name: c\n")

    assert_match(/line 5: the key "name" is there twice, first in line 3/, message)
  end

  def test_an_unquoted_date_is_refused_with_its_line
    assert_match(/line 2: 2024-01-01 is read as a date; put it in quotes/, refusal("name: a\nversion: 2024-01-01\n"))
    assert_equal '{"version":"2024-01-01"}', json("version: \"2024-01-01\"\n")
    assert_match(/line 1: :a is read as a Symbol/, refusal("name: :a\n"))
  end

  def test_all_problems_of_a_document_are_named_at_once
    message = refusal("a: 2024-01-01\na: 1\n--- b\n")

    assert_match(/line 1: .*date/, message)
    assert_match(/line 2: the key "a"/, message)
    assert_match(/line 3: a second document/, message)
  end

  def test_what_is_no_map_is_refused
    assert_match(/a map of keys to values, and this is of class Array/, refusal("- a\n- b\n"))
    assert_match(/it is empty/, refusal("\n"))
    with_file("") { |path| assert_match(/it is empty/, refusal(path)) }
  end

  def test_objects_are_refused
    assert_match(/line 1: the tag !ruby.*isn't allowed/, refusal("a: !ruby/object:Object {}\n"))
    assert_match(/Unknown alias/, refusal("a: *nothing\n"))
  end

  def test_an_alias_to_itself_is_refused
    assert_match(/nested deeper/, refusal("a: &x [*x]\n"))
  end

  def test_aliases_that_would_fill_the_memory_are_refused
    levels = (1..12).map { |level| "a#{level}: &a#{level} [#{(["*a#{level - 1}"] * 10).join(", ")}]\n" }

    assert_match(/has more than 2000000 values/, refusal("a0: &a0 [1]\n#{levels.join}"))
  end

  def test_yaml_that_is_nested_too_deep_is_refused
    assert_match(/nested deeper than 100 levels/, refusal("a: #{"[" * 5000}#{"]" * 5000}\n"))
  end

  def test_a_file_that_cannot_be_read_is_named
    assert_match(%r{nowhere.yml can't be read: there is no such file \(looked for /}, refusal("nowhere.yml"))
    assert_match(/can't be read: /, refusal(Dir.tmpdir))
  end

  def test_what_is_no_source_is_a_type_error
    [nil, 1, :name, []].each do |source|
      assert_match(/must be a Hash, the path/, assert_raises(TypeError) { json(source) }.message)
    end
  end
end
