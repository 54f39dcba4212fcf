# frozen_string_literal: true

require "json"
require_relative "errors"
require_relative "payload"

module TaskerCore
  # Makes the JSON text of a template of what a program has: a Hash, a YAML or JSON file, YAML text, or a workflow
  # class. What the template says is checked by the engine; here only what can't become JSON is refused.
  # @api private
  class TemplateSource
    # @param source [Hash, String, Pathname, Class]
    # @return [String] the definition as JSON
    # @raise [ValidationError] where the file is missing, doesn't parse, has a key twice or an unquoted date
    # @raise [WrongType] where it is something else
    def self.json(source)
      new(source).json
    end

    def initialize(source)
      @source = source
    end

    # @return [String] the definition as JSON
    def json
      Payload.dump(plain(definition, 0), root: "template")
    end

    private

    def definition
      return @source.template_definition if @source.respond_to?(:template_definition)
      return @source.to_hash if @source.respond_to?(:to_hash)
      return from_file(@source.to_path) if @source.respond_to?(:to_path)
      return wrong_type unless @source.is_a?(String)

      @source.include?("\n") ? YamlDocument.new(@source, nil).to_hash : from_file(@source)
    end

    def from_file(path)
      text = File.read(path, encoding: "UTF-8")
      File.extname(path).casecmp?(".json") ? from_json(text, path) : YamlDocument.new(text, path).to_hash
    rescue SystemCallError => e
      Errors.invalid!("the template #{path} can't be read",
                      [["", "#{reason(e)} (looked for #{File.expand_path(path)})"]])
    end

    def from_json(text, path)
      document = JSON.parse(text, object_class: UniqueKeys, max_nesting: Payload::MAX_DEPTH)
      return document if document.is_a?(Hash)

      kind = Payload::Reasons.with_article(document.class)
      Errors.invalid!("the template #{path} isn't valid", [["", "it must be an object, not #{kind}"]])
    rescue JSON::ParserError, KeyError => e
      Errors.invalid!("the template #{path} isn't valid JSON", [["", e.message.lines.first.to_s.strip]])
    end

    # Ruby programs write `backoff: :linear` and `callable: Charge`; a template has the names.
    def plain(value, depth)
      return value if depth > Payload::MAX_DEPTH

      case value
      when Symbol then value.name
      when Module then value.name || value
      when Hash then value.transform_values { |item| plain(item, depth + 1) }
      when Array then value.map { |item| plain(item, depth + 1) }
      else value
      end
    end

    def reason(error)
      error.is_a?(Errno::ENOENT) ? "there is no such file" : error.message.sub(/ @ .*/, "")
    end

    def wrong_type
      raise WrongType, "a template must be a Hash, the path of a YAML or JSON file, YAML text, or a workflow class, " \
                       "got #{@source.class}"
    end

    # A Hash that refuses to be given a key twice.
    # @api private
    class UniqueKeys < Hash
      # @raise [KeyError]
      def []=(key, value)
        raise KeyError, "the key #{key.inspect} is there twice in one object" if key?(key)

        super
      end
    end
  end
end

require_relative "template_source/yaml_document"
