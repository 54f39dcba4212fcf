# frozen_string_literal: true

require "yaml"

module TaskerCore
  class Configuration
    # Reads the settings of one environment from a YAML file that has a section for each.
    # @api private
    class SettingsFile
      # Where it is looked for, from the program's folder.
      DEFAULT = "config/tasker_core.yml"

      # @param env [#[]] the environment variables
      # @param root [String] the program's folder
      def initialize(env, root)
        named = env["TASKER_CONFIG"].to_s
        @required = !named.empty?
        @path = File.absolute_path(@required ? named : DEFAULT, root)
      end

      # @param environment [String]
      # @param layers [Layers] what the settings are laid over
      # @return [void]
      def read_into(layers, environment)
        sections = sections_from(layers) or return

        # Those of other environments too: a mistake in one would show up in production only.
        sections.each do |name, section|
          source = "#{@path}, #{name}"
          forbid_environment(layers, section, source) if section&.key?("environment")
          settings = (section || {}).except("environment")
          name.to_s == environment ? layers.add(settings, source) : layers.check(settings, source)
        end
      end

      private

      def forbid_environment(layers, section, source)
        layers.problem("environment", section["environment"], source,
                       "environment can't be set in #{@path}, as it decides which section is read; use TASKER_ENV")
      end

      def sections_from(layers)
        return missing(layers) unless File.file?(@path)

        content = YAML.safe_load(File.read(@path, encoding: "UTF-8"), aliases: true, filename: @path)
        problem = shape_problem(content)
        return content unless problem

        layers.problem(@path, nil, @path, problem)
        nil
      rescue Psych::SyntaxError => e
        # It names the file itself.
        layers.problem(@path, nil, @path, "the configuration can't be read: #{e.message}")
        nil
      rescue Psych::Exception, SystemCallError, ArgumentError => e
        layers.problem(@path, nil, @path, "#{@path} can't be read: #{e.message}")
        nil
      end

      def missing(layers)
        return unless @required

        layers.problem("TASKER_CONFIG", @path, "TASKER_CONFIG",
                       "TASKER_CONFIG names #{@path}, and there is no such file; correct it or unset it")
        nil
      end

      def shape_problem(content)
        return if content.nil? || content == false
        return "#{@path} must be a map of environments to settings" unless content.is_a?(Hash)

        flat = content.find { |_, section| !section.nil? && !section.is_a?(Hash) }
        return unless flat

        "#{@path}: #{flat.first} stands at the top; put it under the name of an environment, such as development:"
      end
    end
  end
end
