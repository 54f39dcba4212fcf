# frozen_string_literal: true

require "open3"
require "rbconfig"
require_relative "../../ext/tasker_core/cargo_build"

module Gate
  # What figures depend on, beside the code: on another platform some can't be compared.
  module Platform
    COMMANDS = {
      "rustc" => [%w[rustc --version], /^rustc ([\d.]+)/],
      "cc" => [%w[cc --version], /\A(.+)$/],
      "libc" => [%w[getconf GNU_LIBC_VERSION], /\A(.+)$/]
    }.freeze

    module_function

    # @return [Hash{String => String}]
    def here
      { "machine" => RbConfig::CONFIG.values_at("host_cpu", "host_os").join("-"),
        **COMMANDS.transform_values { |command, pattern| version(command, pattern) } }
    end

    # @return [Boolean] whether instructions can be counted
    def valgrind? = RUBY_PLATFORM.include?("linux")

    def version(command, pattern)
      output, = Open3.capture2e(CargoBuild.env, *command)
      output[pattern, 1] || "unknown"
    rescue SystemCallError
      "unknown"
    end
  end
end
