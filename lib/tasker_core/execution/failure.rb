# frozen_string_literal: true

require "json"

module TaskerCore
  module Execution
    # An exception that left a handler, as the engine is told of it.
    # @api private
    module Failure
      # Longer messages are cut: they would be read by nobody and kept for ever.
      MESSAGE_LIMIT = 10_000
      # How much JSON the context may be.
      CONTEXT_LIMIT = 65_536
      # How much of the backtrace is kept.
      BACKTRACE_LINES = 20
      # What may be raised to end the attempts at once.
      PERMANENT = [PermanentError, HandlerNotFound].freeze
      # What a handler that was killed reports: nothing was raised that could say more.
      KILLED = JSON.generate(
        "class" => "ThreadError", "error_code" => nil, "context" => {}, "backtrace" => [], "retry_after_ms" => nil,
        "message" => "the handler's thread was killed before it returned (Thread#kill or Thread.exit); " \
                     "end a step by returning, or by raising TaskerCore::PermanentError"
      ).freeze

      class << self
        # @param error [Exception]
        # @param permanent [Boolean] whether no further attempt can help
        # @return [Array(Integer, String)] outcome and payload of the report
        def report(error, permanent: permanent?(error))
          [permanent ? Attempt::FAILED_FOR_GOOD : Attempt::FAILED, JSON.generate(describe(error))]
        rescue StandardError => e
          # An exception whose own methods raise must not leave its step without a report.
          text = "the handler raised #{error.class}, which could not be described: #{e.class}"
          [Attempt::FAILED, JSON.generate(blank.merge("class" => error.class.to_s, "message" => text))]
        end

        private

        def permanent?(error)
          PERMANENT.any? { |kind| error.is_a?(kind) }
        end

        # The library's own frames say nothing about the handler.
        def backtrace_of(error)
          lines = (error.backtrace || []).reject { |line| line.start_with?(__dir__) }
          lines.first(BACKTRACE_LINES).map { |line| clean(line) }
        end

        def describe(error)
          blank.merge("class" => clean(error.class.name || error.class.inspect),
                      "message" => message_of(error),
                      "error_code" => code_of(error),
                      "context" => context_of(error),
                      "backtrace" => backtrace_of(error),
                      "retry_after_ms" => retry_after_ms(error))
        end

        def blank
          { "class" => "", "message" => "", "error_code" => nil, "context" => {}, "backtrace" => [],
            "retry_after_ms" => nil }
        end

        def message_of(error)
          text = clean(error.message)
          case error
          when SystemExit then "the handler called exit (status #{error.status}); raise an error to fail a step"
          when LocalJumpError then "#{text}: a handler block is left by `next`, not by `return` or `break`"
          when UncaughtThrowError then "#{text}: a handler can't be left by throw"
          else text
          end
        end

        def code_of(error)
          code = error.error_code if error.respond_to?(:error_code)
          code && clean(code.to_s)
        end

        def retry_after_ms(error)
          seconds = error.retry_after if error.respond_to?(:retry_after)
          return unless seconds.is_a?(Numeric) && seconds.to_f.finite?

          (seconds.to_f.clamp(0.0, 1e10) * 1000).round
        end

        # An error's context is for people: one that can't be stored says so, instead of hiding the error.
        def context_of(error)
          context = error.context if error.respond_to?(:context)
          return {} if context.nil?

          Payload.load(Payload.dump(context, root: "context", limit: CONTEXT_LIMIT))
        rescue StandardError => e
          { "not_stored" => clean(e.message) }
        end

        def clean(text)
          text = text.to_s
          text = text.dup.force_encoding(Encoding::UTF_8) if text.encoding == Encoding::BINARY
          text = text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
          text.length > MESSAGE_LIMIT ? "#{text[0, MESSAGE_LIMIT]}… (cut)" : text
        end
      end
    end
  end
end
