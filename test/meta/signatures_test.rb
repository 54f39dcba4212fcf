# frozen_string_literal: true

require "minitest/autorun"
require "tasker_core"
require_relative "repository"
require_relative "signatures"

# sig/ is the twin of what is public in lib/: a file for each file, a signature for each method, and nothing more.
class SignaturesTest < Minitest::Test
  def test_every_library_file_has_a_twin
    library = Repository.files("lib/**/*.rb")
    internal = library.select { |file| internal?(Repository.path(file)) }
    twins = Repository.files("sig/**/*.rbs").map { |file| file.sub(/\Asig(.+)\.rbs\z/, 'lib\1.rb') }
    assert_empty library - internal - twins, "these files of lib have no twin in sig"
    assert_empty twins - library, "these are missing in lib, but have a twin in sig"
  end

  def test_every_public_class_and_module_has_a_signature
    assert_operator namespaces.size, :>, 10
    unsigned = namespaces.reject { |space| Signatures.known?(space) }
    assert_empty unsigned
  end

  def test_every_public_method_has_a_signature
    missing = each_kind.flat_map do |space, singleton|
      names = public_methods_of(space, singleton) - Signatures.methods_of(space, singleton:).keys
      labelled(space, singleton, names)
    end
    assert_empty missing
  end

  def test_every_signature_has_a_method
    invented = each_kind.flat_map do |space, singleton|
      names = Signatures.own_methods_of(space, singleton:).keys.reject { |name| answers?(space, singleton, name) }
      labelled(space, singleton, names)
    end
    assert_empty invented
  end

  def test_signatures_take_the_arguments_that_the_methods_take
    wrong = each_kind.flat_map do |space, singleton|
      signed = Signatures.own_methods_of(space, singleton:)
      names = signed.keys.select { |name| answers?(space, singleton, name) }
      different = names.reject { |name| same_arguments?(method_of(space, singleton, name), signed[name]) }
      labelled(space, singleton, different)
    end
    assert_empty wrong
  end

  private

  # The library's public classes and modules, its own first.
  def namespaces(space = TaskerCore)
    inner = space.constants(false).select { |name| public_namespace?(space, name) }
    [space, *inner.flat_map { |name| namespaces(space.const_get(name)) }]
  end

  # A constant may also be another name for something from elsewhere. What is written in Rust has no source location.
  def public_namespace?(space, name)
    value = space.const_get(name)
    file, = space.const_source_location(name)
    value.is_a?(Module) && value.name == "#{space.name}::#{name}" && !file.nil? && File.file?(file) && !internal?(file)
  end

  # Files that hold nothing for users say so in YARD's way.
  def internal?(file)
    File.read(file).match?(/^ *# @api private$/)
  end

  def each_kind
    namespaces.select { |space| Signatures.known?(space) }.product([false, true])
  end

  def public_methods_of(space, singleton)
    singleton ? space.singleton_class.public_instance_methods(false) : space.public_instance_methods(false)
  end

  def answers?(space, singleton, name)
    (singleton ? space.singleton_class : space).public_method_defined?(name)
  end

  def method_of(space, singleton, name)
    (singleton ? space.singleton_class : space).instance_method(name)
  end

  # The keywords by name, and how many arguments there have to be. A method written in C, or one that passes everything
  # on, doesn't say what it takes.
  def same_arguments?(method, signature)
    parameters = method.parameters
    return true if parameters.any? { |kind, _| %i[rest keyrest].include?(kind) }

    required = parameters.count { |kind, _| kind == :req }
    keywords = parameters.select { |kind, _| %i[key keyreq].include?(kind) }.map(&:last)
    [required, keywords.sort] == [Signatures.required(signature), Signatures.keywords(signature)]
  end

  def labelled(space, singleton, names)
    names.map { |name| "#{space}#{singleton ? "." : "#"}#{name}" }
  end
end
