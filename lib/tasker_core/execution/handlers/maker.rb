# frozen_string_literal: true

module TaskerCore
  module Execution
    module Handlers
      # Makes a handler class's instances. The template's `initialization` goes to `initialize` in the way that it takes
      # it: as `config:`, as keywords of its own, as one Hash, or not at all (`step.config` has it anyway).
      # @api private
      class Maker
        # @param target [Class]
        # @param plan [StepPlan]
        # @raise [HandlerNotFound] `initialize` needs what a handler isn't given
        def initialize(target, plan)
          @target = target
          @config = plan.config
          @way = way_of(target.instance_method(:initialize))
        rescue ArgumentError => e
          raise HandlerNotFound.new("#{plan.title}: handler #{target} can't be made: #{e.message}",
                                    context: { "step" => plan.name, "callable" => target.name })
        end

        # @return [Object] a new instance
        def instance
          case @way
          when :plain then @target.new
          when :positional then @target.new(@config)
          when :config then @target.new(config: @config)
          else @target.new(**@keywords)
          end
        end

        private

        def way_of(initializer)
          # Everything has BasicObject's, which takes anything and does nothing with it.
          return :plain if initializer.owner == BasicObject

          kinds = initializer.parameters
          required = kinds.count { |kind, _| kind == :req }
          raise ArgumentError, "its initialize needs #{required} arguments, not `config:` or one Hash" if required > 1
          return :positional if required == 1
          return by_keywords(kinds) if any?(kinds, :key, :keyreq, :keyrest)

          any?(kinds, :opt, :rest) ? :positional : :plain
        end

        def any?(kinds, *wanted)
          kinds.any? { |kind, _| wanted.include?(kind) }
        end

        def by_keywords(kinds)
          named = kinds.filter_map { |kind, name| name if %i[key keyreq].include?(kind) }
          return :config if named.include?(:config)

          @keywords = @config.transform_keys(&:to_sym)
          @keywords = @keywords.slice(*named) unless any?(kinds, :keyrest)
          check_required(kinds)
          :keywords
        end

        def check_required(kinds)
          missing = kinds.filter_map { |kind, name| name if kind == :keyreq && !@keywords.key?(name) }
          return if missing.empty?

          raise ArgumentError, "its initialize needs #{missing.join(", ")}, which the template's `initialization` lacks"
        end
      end
    end
  end
end
