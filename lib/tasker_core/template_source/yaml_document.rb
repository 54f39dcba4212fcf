# frozen_string_literal: true

require "date"
require "psych"

module TaskerCore
  class TemplateSource
    # A YAML document that is refused, with its line, where YAML would silently do something else than meant:
    # a key that stands there twice, or a date where text was meant.
    # @api private
    class YamlDocument
      # How many nodes a document may have once its aliases are written out.
      MAX_NODES = 2_000_000
      private_constant :MAX_NODES

      # @param text [String]
      # @param path [String, nil] the file that it comes from
      def initialize(text, path)
        @text = text
        @place = path ? path.to_s : "YAML text"
        @scanner = Psych::ScalarScanner.new(Psych::ClassLoader.new)
        @problems = []
        @sizes = {}
        @anchors = {}
      end

      # @return [Hash]
      # @raise [ValidationError]
      def to_hash
        root = parse
        refuse if @problems.any?
        content = Psych.safe_load(@text, aliases: true, filename: @place)
        return content if content.is_a?(Hash)

        problem(root, "a template is a map of keys to values, and this is #{kind_of(content)}")
        refuse
      rescue Psych::SyntaxError => e
        syntax_error(e)
      rescue Psych::Exception, ArgumentError => e
        raise if e.is_a?(Error)

        Errors.invalid!("#{@place} isn't valid", [["", e.message]])
      end

      private

      def parse
        documents = Psych.parse_stream(@text, filename: @place).children
        problem(documents[1], "a second document begins here; a file holds one template") if documents.size > 1
        return problem(nil, "it is empty") if documents.empty?

        measure(documents.first.root)
        documents.first.root
      end

      # Looks at a node and all below it, and counts them with their aliases written out.
      def measure(node, depth = 0)
        too_large(node, "it is nested deeper than #{Payload::MAX_DEPTH} levels") if depth > Payload::MAX_DEPTH
        look_at_tag(node)
        case node
        when Psych::Nodes::Mapping then look_at_keys(node)
        when Psych::Nodes::Scalar then look_at_scalar(node)
        when Psych::Nodes::Alias then return @anchors.fetch(node.anchor, 1)
        end
        size = 1 + (node.children || []).sum { |child| measure(child, depth + 1) }
        @anchors[node.anchor] = size if node.respond_to?(:anchor) && node.anchor
        too_large(node, "with its aliases written out it has more than #{MAX_NODES} values") if size > MAX_NODES
        size
      end

      def look_at_tag(node)
        return unless node.respond_to?(:tag) && node.tag.to_s.include?("ruby")

        problem(node, "the tag #{node.tag} isn't allowed; a template has text, numbers, lists and maps")
      end

      def look_at_keys(mapping)
        seen = {}
        mapping.children.each_slice(2) do |key, _|
          next unless key.is_a?(Psych::Nodes::Scalar) && key.value != "<<"

          first = seen[key.value]
          problem(key, "the key #{key.value.inspect} is there twice, first in line #{first}") if first
          seen[key.value] ||= key.start_line + 1
        end
      end

      def look_at_scalar(scalar)
        return if scalar.quoted || scalar.tag

        meaning = case @scanner.tokenize(scalar.value)
                  when Symbol then "a Symbol"
                  when Date, Time then "a date"
                  end
        problem(scalar, "#{scalar.value} is read as #{meaning}; put it in quotes") if meaning
      end

      def too_large(node, message)
        problem(node, message)
        refuse
      end

      def problem(node, message)
        line = node.respond_to?(:start_line) ? "line #{node.start_line + 1}" : ""
        @problems << [line, message]
        nil
      end

      def refuse
        Errors.invalid!("#{@place} isn't a valid template", @problems)
      end

      def syntax_error(error)
        message = "#{[error.problem, error.context].compact.join(" ")} (column #{error.column})"
        Errors.invalid!("#{@place} isn't valid YAML", [["line #{error.line}", message]])
      end

      def kind_of(content)
        content.nil? || content == false ? "empty" : "of class #{content.class}"
      end
    end
  end
end
