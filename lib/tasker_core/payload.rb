# frozen_string_literal: true

require "json"
require_relative "errors"
require_relative "native"

module TaskerCore
  # Contexts and results between Ruby and the JSON text that is stored: what comes back equals what went in.
  #
  # Taken are nil, true, false, Integer, finite Float, UTF-8 String, Array, and Hash with String or Symbol
  # keys (symbols come back as strings). Everything else is refused with the path to it, before anything is
  # sent: JSON would store a Time or a BigDecimal as some text, and nobody could tell afterwards.
  # @api private
  module Payload
    # How deep arrays and hashes may be nested.
    MAX_DEPTH = 100

    FROZEN = { freeze: true }.freeze
    private_constant :FROZEN

    class << self
      # @param value [Object]
      # @param root [String] what the value is called in messages, such as "payload" or "result"
      # @param limit [Integer, nil] how many bytes the text may have
      # @return [String] JSON text
      # @raise [ValidationError] where the value can't be stored as it is
      def dump(value, root: "payload", limit: nil)
        # Not `value.nil?`: a BasicObject has no such method.
        return "null" if nil.equal?(value)

        text = JSON.generate(plain?(value, MAX_DEPTH) ? value : Inspection.plain_copy(value, root))
        too_large!(text, root, limit) if limit && text.bytesize > limit
        text
      end

      # @param text [String] JSON text that {dump} made
      # @param freeze [Boolean] whether everything in the answer is to be frozen
      # @return [Object]
      # @raise [JSON::ParserError] where it isn't JSON
      def load(text, freeze: false)
        value = Native.parse(text, freeze)
        return value unless value.equal?(text)

        # It isn't for the fast reader, which gives the text back.
        freeze ? JSON.parse(text, FROZEN) : JSON.parse(text)
      end

      private

      # Whether the value can go to JSON.generate as it is. It is called for everything that is stored and
      # stops at the first doubt; Inspection then finds the reason, or makes a copy of plain classes.
      def plain?(value, depth)
        case value
        when String then value.instance_of?(String) && text?(value)
        when Integer, nil, true, false then true
        when Hash then depth.positive? && value.instance_of?(Hash) && plain_hash?(value, depth - 1)
        when Array then depth.positive? && value.instance_of?(Array) && plain_array?(value, depth - 1)
        when Float then value.finite?
        else false
        end
      end

      # String keys are looked at here, not in a method of their own: they are half of all there is to check.
      def plain_hash?(hash, depth)
        return false if hash.compare_by_identity?

        hash.each_pair do |key, value|
          next if (key.instance_of?(String) ? text?(key) : plain_symbol?(key, hash)) && plain?(value, depth)

          return false
        end
        true
      end

      def plain_array?(array, depth)
        array.each { |item| return false unless plain?(item, depth) }
        true
      end

      def plain_symbol?(key, hash)
        key.instance_of?(Symbol) && text?(key.name) && !hash.key?(key.name)
      end

      def text?(string)
        string.encoding == Encoding::UTF_8 ? string.valid_encoding? : string.ascii_only?
      end

      def too_large!(text, root, limit)
        message = "#{text.bytesize} bytes of JSON, and max_payload_bytes allows #{limit}; store what is large " \
                  "elsewhere and keep a reference to it here, or raise max_payload_bytes"
        Errors.invalid!("#{root} is too large", [["", message]])
      end
    end
  end
end

require_relative "payload/inspection"
