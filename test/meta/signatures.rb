# frozen_string_literal: true

require "pathname"
require "rbs"
require "yaml"
require_relative "repository"

# What sig/ says about the library, asked by class.
module Signatures
  class << self
    # @param space [Module]
    # @return [Boolean] whether sig/ has it
    def known?(space)
      environment.class_decls.key?(type_name(space))
    end

    # @param space [Module]
    # @param singleton [Boolean] its own methods, or those of its instances
    # @return [Hash{Symbol => RBS::Definition::Method}] the public ones, inherited ones too
    def methods_of(space, singleton:)
      kind = singleton ? :build_singleton : :build_instance
      builder.public_send(kind, type_name(space)).methods.select do |name, method|
        method.public? && name != :initialize
      end
    end

    # As above, but only those that the space itself declares.
    def own_methods_of(space, singleton:)
      methods_of(space, singleton:).select { |_, method| method.defined_in == type_name(space) }
    end

    # @param signature [RBS::Definition::Method]
    # @return [Integer] how many arguments have to be given
    def required(signature)
      functions(signature).map { |type| type.required_positionals.size + type.trailing_positionals.size }.min
    end

    # @param signature [RBS::Definition::Method]
    # @return [Array<Symbol>] the keywords that can be given, in order of the alphabet
    def keywords(signature)
      functions(signature).flat_map { |type| type.required_keywords.keys + type.optional_keywords.keys }.uniq.sort
    end

    private

    def functions(signature)
      signature.method_types.map(&:type)
    end

    # Reading the signatures of Ruby itself takes half a second: once is enough.
    def environment
      @environment ||= begin
        loader = RBS::EnvironmentLoader.new
        libraries.each { |name| loader.add(library: name, version: nil) }
        loader.add(path: Pathname(Repository.path("sig")))
        RBS::Environment.from_loader(loader).resolve_type_names
      end
    end

    def builder
      @builder ||= RBS::DefinitionBuilder.new(env: environment)
    end

    def libraries
      manifest = Repository.path("sig/manifest.yaml")
      return [] unless File.exist?(manifest)

      YAML.safe_load_file(manifest).fetch("dependencies").map { |library| library["name"] }
    end

    def type_name(space)
      *outer, name = space.name.split("::")
      RBS::TypeName.new(name: name.to_sym, namespace: RBS::Namespace.new(path: outer.map(&:to_sym), absolute: true))
    end
  end
end
