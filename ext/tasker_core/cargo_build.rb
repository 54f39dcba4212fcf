# frozen_string_literal: true

require "fileutils"
require "json"
require "open3"
require "rbconfig"
require_relative "build_progress"

# Builds the native extension with Cargo and puts it where Ruby finds it. bin/setup, the Rakefile and the Makefile of
# `gem install` all come here, so that there is one way to build. Needs no gem, since bin/setup runs it at every start.
class CargoBuild
  # Something the person at the keyboard has to see to. The message says what and how.
  class Failure < StandardError; end

  ROOT = File.expand_path("../..", __dir__)
  LIBRARY = "tasker_core.#{RbConfig::CONFIG["DLEXT"]}".freeze
  IN_CHECKOUT = File.join(ROOT, "lib", "tasker_core", LIBRARY)

  # rutie knows the inner layout of certain Rubies only, and stops the build on another. Each of its lines serves three.
  RUTIE_FOR_RUBY = {
    "3.1" => "0.12.3", "3.2" => "0.12.3", "3.3" => "0.12.3",
    "3.4" => "0.13.3",
    "4.0" => "0.14.3"
  }.freeze

  RUST_WANTED = "Rust 1.88 or newer"
  COMMAND = %w[
    cargo build --release --locked --package tasker_core --message-format json-render-diagnostics
  ].freeze

  # The environment for every start of Cargo. rutie's build asks the first `ruby` on the PATH about the Ruby to build
  # for, or the one that RUBY names, and is made anew whenever either variable changes: so they are the same from
  # wherever Cargo is started.
  # @return [Hash{String => String}]
  def self.env
    env = { "PATH" => path }
    found = executable("ruby", path)
    env["RUBY"] = RbConfig.ruby unless found && File.realpath(found) == File.realpath(RbConfig.ruby)
    env
  end

  # @return [Boolean] whether there is a cargo
  def self.cargo?
    !executable("cargo", path).nil?
  end

  # The PATH as the shell has it: Bundler puts a folder before it. rustup puts its own there only for later shells.
  # @return [String]
  def self.path
    path = ENV.fetch("BUNDLER_ORIG_PATH") { ENV.fetch("PATH", "") }
    return path if executable("cargo", path)

    home = ENV.fetch("CARGO_HOME") { File.join(Dir.home, ".cargo") }
    [path, File.join(home, "bin")].join(File::PATH_SEPARATOR)
  end

  # @param name [String]
  # @param path [String]
  # @return [String, nil] the file that a shell with this PATH would start
  def self.executable(name, path)
    path.split(File::PATH_SEPARATOR).map { |folder| File.join(folder, name) }
        .find { |file| File.file?(file) && File.executable?(file) }
  end

  # @param destination [String] where the built library goes
  # @param ruby_version [String] the Ruby that it is for
  # @param out [IO] where progress and diagnostics go
  def initialize(destination: IN_CHECKOUT, ruby_version: RUBY_VERSION, out: $stderr)
    @destination = File.expand_path(destination)
    @ruby_version = ruby_version
    @out = out
  end

  # Cargo decides what is out of date; the library in place is replaced only when the new one differs.
  # @return [String] the library's path
  # @raise [Failure] when Cargo or a supported Ruby is missing, or the build fails
  def call
    check_cargo
    pin_rutie
    place(compile)
    @destination
  end

  # @return [void]
  # @raise [Failure] when there is no cargo on the PATH
  def check_cargo
    return if self.class.cargo?

    raise Failure, "cargo is missing. Install #{RUST_WANTED} (https://rustup.rs), then open a new shell and try again."
  end

  # Has Cargo.lock name the rutie that knows this Ruby. It does already for the Rubies that most people have.
  # @return [void]
  # @raise [Failure] when no rutie knows it
  def pin_rutie
    wanted = rutie_version
    return if locked_rutie.split(".").first(2) == wanted.split(".").first(2)

    @out.puts "tasker_core: Ruby #{@ruby_version} needs rutie #{wanted}: changing Cargo.lock from #{locked_rutie}"
    output, status = Open3.capture2e(cargo_env, *%w[cargo update --package rutie --precise], wanted, chdir: ROOT)
    raise Failure, "#{output}cargo could not change rutie to #{wanted}; see above." unless status.success?
  end

  private

  def rutie_version
    RUTIE_FOR_RUBY.fetch(@ruby_version[/\A\d+\.\d+/]) do
      raise Failure, "Ruby #{@ruby_version} is not supported; use one of #{RUTIE_FOR_RUBY.keys.join(", ")}."
    end
  end

  def locked_rutie
    File.read(File.join(ROOT, "Cargo.lock"))[/^name = "rutie"\nversion = "([^"]+)"/, 1] ||
      raise(Failure, "Cargo.lock names no rutie: take the Cargo.lock of this version of tasker_core again.")
  end

  # Where Cargo puts its output depends on its configuration and environment; it says itself where that was.
  def compile
    library = nil
    progress = BuildProgress.new(@out)
    status = Open3.popen3(cargo_env, *COMMAND, chdir: ROOT) do |stdin, stdout, stderr, cargo|
      stdin.close
      reader = Thread.new { library = built_library(stdout) }
      stderr.each_line { |line| progress.show(line) }
      reader.join
      cargo.value
    end
    return library.tap { progress.done } if status.success? && library

    raise Failure, "the extension could not be built; see cargo's messages above. " \
                   "It needs #{RUST_WANTED}; this is #{cargo_version}."
  end

  def built_library(stdout)
    messages = stdout.each_line.map { |line| JSON.parse(line) }
    artifacts = messages.select { |message| message.dig("target", "name") == "tasker_core" && message["filenames"] }
    artifacts.flat_map { |artifact| artifact["filenames"] }.find { |name| name.match?(/\.(so|dylib|dll)\z/) }
  end

  # By renaming: a process that has the old library mapped keeps it whole, and nobody loads half a file.
  def place(library)
    return if File.exist?(@destination) && FileUtils.identical?(library, @destination)

    FileUtils.mkdir_p(File.dirname(@destination))
    fresh = "#{@destination}.#{Process.pid}"
    FileUtils.cp(library, fresh)
    File.rename(fresh, @destination)
  ensure
    FileUtils.rm_f(fresh) if fresh
  end

  def cargo_version
    Open3.capture2e(cargo_env, "cargo", "--version").first.strip
  end

  def cargo_env
    @out.tty? ? self.class.env.merge("CARGO_TERM_COLOR" => "always") : self.class.env
  end
end

if $PROGRAM_NAME == __FILE__
  begin
    CargoBuild.new(destination: ARGV.fetch(0, CargoBuild::IN_CHECKOUT)).call
  rescue CargoBuild::Failure => e
    abort "tasker_core: #{e.message}"
  end
end
