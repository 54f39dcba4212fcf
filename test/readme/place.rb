# frozen_string_literal: true

require "open3"
require "rbconfig"
require "timeout"
require "tmpdir"
require_relative "../test_helper"
require_relative "document"

# For tests that do what README.md says: a folder with the files that it shows, and commands that are run there.
module Place
  ROOT = File.expand_path("../..", __dir__)
  LIBRARY = File.join(ROOT, "lib")
  # What the reader sees doesn't depend on the settings of who runs the test.
  CLEAN = ENV.keys.grep(/\ATASKER_|\A(?:RAILS|RACK)_ENV\z/).to_h { |name| [name, nil] }
             .merge("RUBYLIB" => LIBRARY, "RUBYOPT" => nil).freeze

  def setup
    super
    @folder = Dir.mktmpdir("tasker_core-readme")
    Document.files.each do |name, block|
      path = File.join(@folder, name)
      FileUtils.mkdir_p(File.dirname(path))
      File.write(path, block.text)
    end
  end

  def teardown
    FileUtils.remove_entry(@folder)
    super
  end

  # Runs a command to its end, which must be a good one, and gives what it printed.
  def output_of(*command, folder: @folder, limit: 120, env: {}, **options)
    output, status = Timeout.timeout(limit) { Open3.capture2e(CLEAN.merge(env), *command, chdir: folder, **options) }

    assert_predicate status, :success?, "#{command.join(" ")}\n#{output}"
    output
  end

  # Runs Ruby in the folder; a warning of Ruby's is a failure too.
  def ruby(code, **options)
    output = output_of(RbConfig.ruby, "-w", "-e", code, **options)

    refute_match(/: warning: /, output)
    output
  end
end
