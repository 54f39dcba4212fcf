# frozen_string_literal: true

require_relative "value"

module TaskerCore
  # A registered template, without its steps.
  #
  # @example
  #   info = TaskerCore::TemplateInfo.new("namespace" => "fulfillment", "name" => "process_order",
  #                                       "version" => "1.0.0", "step_count" => 5, "template_id" => 1)
  #   info.name # => "process_order"
  class TemplateInfo < Value
    # @return [Integer] its id in this database
    def template_id
      self["template_id"]
    end

    # @return [String] its namespace
    def namespace
      self["namespace"]
    end

    # @return [String] its name
    def name
      self["name"]
    end

    # @return [String] its version
    def version
      self["version"]
    end

    # @return [Integer] how many steps it has
    def step_count
      self["step_count"]
    end

    private

    def summary
      "#{namespace}/#{name} #{version}, #{counted(step_count, "step")}"
    end
  end
end
