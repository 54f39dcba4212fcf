# frozen_string_literal: true

module TaskerCore
  class Workflow
    # What is inside `input { … }`: makes a JSON Schema of Ruby's types.
    #
    # @example
    #   input do
    #     required :order_id, Integer, minimum: 1
    #     optional :note, String, default: ""
    #     optional :tags, [String]
    #   end
    class Input
      # Ruby's classes in JSON Schema's words.
      TYPES = { String => "string", Symbol => "string", Integer => "integer", Float => "number", Numeric => "number",
                Array => "array", Hash => "object", TrueClass => "boolean", FalseClass => "boolean",
                NilClass => "null" }.freeze
      private_constant :TYPES

      # @param workflow [String] the class, for messages
      # @yield in this object
      # @api private
      def initialize(workflow, &)
        @workflow = workflow
        @properties = {}
        @required = []
        instance_eval(&)
      end

      # @param name [String, Symbol] a key of the context
      # @param type [Class, Array, Hash, :boolean] a class, `[String]` for an array of them, or a JSON Schema
      # @param constraints [Hash] more words of JSON Schema: `minimum: 1`, `enum: […]`, `description: "…"`
      # @return [void]
      # @raise [ValidationError, WrongType]
      def required(name, type, **constraints)
        if constraints.key?(:default)
          raise ValidationError, "#{@workflow} input #{name.inspect}: what is required has no default"
        end

        property(name, type, constraints)
        @required << name.to_s
      end

      # @param (see #required)
      # @option constraints [Object] :default what is filled in where it is missing
      # @return [void]
      # @raise [ValidationError, WrongType]
      def optional(name, type, **constraints)
        property(name, type, constraints)
      end

      # @return [Hash{String=>Object}] the JSON Schema
      # @api private
      def schema
        schema = { "type" => "object", "properties" => @properties }
        schema["required"] = @required unless @required.empty?
        schema
      end

      private

      def property(name, type, constraints)
        raise ValidationError, "#{@workflow} input #{name.inspect} is there twice" if @properties.key?(name.to_s)

        @properties[name.to_s] = type_schema(name, type).merge(constraints.transform_keys(&:to_s))
      end

      def type_schema(name, type)
        case type
        when :boolean then { "type" => "boolean" }
        when Hash then type.transform_keys(&:to_s)
        when Array then { "type" => "array", "items" => items_schema(name, type) }
        else { "type" => TYPES.fetch(type) { unknown_type(name, type) } }
        end
      end

      def items_schema(name, types)
        return type_schema(name, types.first) if types.size == 1

        raise ValidationError, "#{@workflow} input #{name.inspect}: an array's type has one element, as [String]"
      end

      def unknown_type(name, type)
        raise WrongType, "#{@workflow} input #{name.inspect}: #{type.inspect} is no type; use " \
                         "#{TYPES.keys.first(7).join(", ")}, :boolean, [a type], or a JSON Schema"
      end
    end
  end
end
