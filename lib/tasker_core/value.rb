# frozen_string_literal: true

module TaskerCore
  # What all result objects share: they are frozen, equal by content, and can be read as a Hash,
  # by readers, or by pattern matching.
  #
  # @example
  #   outcome = TaskerCore::Outcome.new("task_id" => 1, "status" => "complete")
  #   case outcome
  #   in { status: "complete", task_id: } then task_id
  #   end
  class Value
    # @param attributes [Hash{String, Symbol => Object}]
    def initialize(attributes)
      @attributes = attributes.to_h.transform_keys(&:to_s).freeze
      freeze
    end

    # @param name [String, Symbol]
    # @return [Object, nil] the attribute of this name
    def [](name)
      @attributes[name.to_s]
    end

    # @param name [String, Symbol] the attribute to start at
    # @param rest [Array] where to go from there, as in `Hash#dig`
    # @return [Object, nil]
    def dig(name, *rest)
      @attributes.dig(name.to_s, *rest)
    end

    # @param name [String, Symbol]
    # @return [Boolean] whether there is such an attribute
    def key?(name)
      @attributes.key?(name.to_s)
    end

    # @return [Hash{String => Object}] a copy with String keys
    def to_h
      @attributes.dup
    end

    # @param args [Array] what `Hash#to_json` takes
    # @return [String] the attributes as a JSON object
    def to_json(*args)
      @attributes.to_json(*args)
    end

    # @param keys [Array<Symbol>, nil] the wanted ones; nil for all
    # @return [Hash{Symbol => Object}] for pattern matching
    def deconstruct_keys(keys)
      return @attributes.transform_keys(&:to_sym) unless keys

      keys.each_with_object({}) do |key, found|
        name = key.to_s
        found[key] = @attributes[name] if @attributes.key?(name)
      end
    end

    # @param other [Object]
    # @return [Boolean] whether it is of the same class and has the same attributes
    def ==(other)
      other.instance_of?(self.class) && other.to_h == @attributes
    end
    alias eql? ==

    # @return [Integer] the same for equal values
    def hash
      [self.class, @attributes].hash
    end

    # @return [String] one line, without payloads
    def inspect
      "#<#{self.class.name} #{summary}>"
    end
    alias to_s inspect

    private

    # What `inspect` shows after the class; subclasses say it better.
    def summary
      @attributes.map { |name, value| "#{name}=#{value.inspect}" }.join(" ")
    end

    def counted(number, noun)
      "#{number} #{noun}#{"s" unless number == 1}"
    end
  end
end
