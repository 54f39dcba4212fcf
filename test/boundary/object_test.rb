# frozen_string_literal: true

require_relative "boundary_helper"

# An engine comes from `open` alone: it can't be made, copied, stored or taken for another.
class BoundaryObjectTest < BoundaryTest
  def test_it_can_not_be_made_otherwise
    assert_raises(TypeError) { NATIVE::Engine.allocate }
    assert_raises(TypeError) { NATIVE::Engine.new }
    assert_raises(TypeError) { Class.new(NATIVE::Engine).allocate }
    assert_raises(TypeError) { Class.new(NATIVE::Engine).new }
  end

  def test_it_can_not_be_copied_or_stored
    engine = open_engine
    assert_raises(TypeError) { engine.dup }
    assert_raises(TypeError) { engine.clone }
    assert_raises(TypeError) { Marshal.dump(engine) }
    assert_usable engine
  end

  def test_its_methods_can_not_be_given_to_another_object
    method = NATIVE::Engine.instance_method(:call)
    assert_raises(TypeError) { method.bind_call(Object.new, "ping", "{}", 1) }
  end

  def test_it_can_be_frozen_and_extended
    engine = open_engine
    engine.extend(Module.new)
    engine.freeze
    assert_usable engine
  end

  def test_its_class_can_be_reopened_and_inherited_from
    assert_kind_of Class, Class.new(NATIVE::Engine)
    assert_usable open_engine
  end

  def test_the_collector_knows_its_size
    require "objspace"
    assert_operator ObjectSpace.memsize_of(open_engine), :>, 40
  end
end
