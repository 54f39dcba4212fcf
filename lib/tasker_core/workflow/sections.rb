# frozen_string_literal: true

module TaskerCore
  class Workflow
    # The parts of a template that a workflow class says as a Hash, with the keys that they have in YAML.
    module Sections
      # @param value [Hash, nil] such as `{ max_duration_minutes: 30 }`, the task's deadline; nil to read it
      # @return [Hash, nil]
      # @raise [WrongType]
      def lifecycle(value = nil)
        section("lifecycle", value)
      end

      # What is laid over the steps, key by key, where the configuration's environment is the one named.
      #
      # @param value [Hash, nil] such as `{ test: { steps: [{ name: "ALL", timeout_seconds: 1 }] } }`; nil to read it
      # @return [Hash, nil]
      # @raise [WrongType]
      def environments(value = nil)
        section("environments", value)
      end

      # @param value [Hash, nil] anything worth keeping with the template; it has no effect. nil to read it
      # @return [Hash, nil]
      # @raise [WrongType]
      def metadata(value = nil)
        section("metadata", value)
      end

      private

      def section(key, value)
        return definition.sections[key] if value.nil?
        raise WrongType, "#{title}: #{key} takes a Hash, got #{value.inspect}" unless value.is_a?(Hash)

        definition.sections[key] = value
      end
    end
  end
end
