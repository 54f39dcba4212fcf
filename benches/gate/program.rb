# frozen_string_literal: true

require "json"
require "open3"
require_relative "../../ext/tasker_core/cargo_build"

module Gate
  # What can't be measured here. The message says what to do.
  class Failure < StandardError; end

  # The program that runs the workload, phase by phase: benches/src/bin/gate.rs.
  class Program
    # What a phase of it told.
    Phase = Struct.new(:name, :steps, :statements, :waits, keyword_init: true)

    # The extension stands beside it, though nothing of it is built: so the packages below have the features that they
    # have in the extension's own build, and aren't built a second time.
    BUILD = %w[
      cargo build --release --locked --quiet --package tasker_core --package tasker_benches --bin gate
      --message-format json-render-diagnostics
    ].freeze

    # @return [String]
    attr_reader :path

    # @return [Program] built from what is here
    # @raise [Failure]
    def self.build
      output, status = Open3.capture2(CargoBuild.env, *BUILD, chdir: CargoBuild::ROOT)
      built = output.each_line.map { |line| JSON.parse(line) }.filter_map { |message| message["executable"] }
      raise Failure, "the program of the gate could not be built" unless status.success? && built.any?

      new(File.realpath(built.last))
    end

    # @param path [String]
    def initialize(path)
      @path = path
    end

    # Runs it, and has the other look before and after each phase, while it stands still.
    # @param url [String] of an empty database
    # @yieldparam pid [Integer]
    # @yieldreturn [Hash{String => Numeric}] counts that go on
    # @return [Hash{Phase => Hash{String => Numeric}}] by how much they went on
    def run(url, &)
      Open3.popen2(@path, url) do |input, output, process|
        phases = {}
        until output.eof?
          name = told(output, "ready").fetch(0)
          phase, counts = measure(name, input, output, process.pid, &)
          phases[phase] = counts
          input.puts
        end
        raise Failure, "the program of the gate failed" unless process.value.success?

        phases
      end
    end

    private

    def measure(name, input, output, pid)
      before = yield pid
      input.puts
      steps, statements, waits = told(output, "done").map { |number| Integer(number) }
      after = yield pid
      phase = Phase.new(name:, steps:, statements:, waits:)
      [phase, after.to_h { |what, count| [what, count - before.fetch(what)] }]
    end

    def told(output, word)
      first, *rest = output.gets.to_s.split
      first == word ? rest : raise(Failure, "the program of the gate said #{first.inspect} and not #{word}")
    end
  end
end
