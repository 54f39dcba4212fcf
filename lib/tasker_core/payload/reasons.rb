# frozen_string_literal: true

module TaskerCore
  module Payload
    # Why a value can't be stored, and what to store in its place.
    # @api private
    module Reasons
      ADVICE = {
        "Symbol" => "use its to_s",
        "Time" => "use time.iso8601(3)",
        "Date" => "use date.iso8601",
        "DateTime" => "use its iso8601(3)",
        "ActiveSupport::TimeWithZone" => "use its iso8601(3)",
        "BigDecimal" => "use its to_s",
        "Rational" => "use its to_s, or to_f where that is exact enough",
        "Complex" => "use its rectangular",
        "Set" => "use its to_a",
        "Range" => "use its first and last",
        "Struct" => "use its to_h",
        "OpenStruct" => "use its to_h"
      }.freeze
      # A BasicObject has no method that says its class.
      CLASS_OF = Kernel.instance_method(:class)
      private_constant :ADVICE, :CLASS_OF

      module_function

      # @param value [Object] of a class that JSON doesn't have
      # @return [String]
      def for(value)
        its_class = CLASS_OF.bind_call(value)
        advice = its_class.ancestors.filter_map { |ancestor| ADVICE[ancestor.name] }.first
        "#{with_article(its_class)} can't be stored; #{advice || "use a Hash, an Array, a String or a number"}"
      end

      # @param its_class [Class]
      # @return [String] "a Time", "an Object"
      def with_article(its_class)
        name = its_class.to_s
        "#{name.match?(/\A[AEIOU]/) ? "an" : "a"} #{name}"
      end

      # @param string [String]
      # @return [String, nil] nil where the text can be stored
      def for_string(string)
        if string.encoding == Encoding::UTF_8
          return string.valid_encoding? ? nil : "the text isn't valid UTF-8: #{brief(string)}"
        end
        return if string.ascii_only?

        if string.encoding == Encoding::BINARY
          "the text is binary: #{brief(string)}; use force_encoding(\"UTF-8\") where it is text, or Base64"
        else
          "the text is in #{string.encoding}: use encode(\"UTF-8\")"
        end
      end

      # @param value [Object]
      # @return [String] its inspect, cut short, always valid UTF-8
      def brief(value)
        text = value.inspect.encode("UTF-8", invalid: :replace, undef: :replace).scrub
        text.length > 60 ? "#{text[0, 57]}…" : text
      rescue StandardError
        "of class #{value.class}"
      end
    end
  end
end
