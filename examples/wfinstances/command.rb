# frozen_string_literal: true

require "json"
require_relative "options"
require_relative "run"

module WfInstances
  # What the command line runs.
  module Command
    COMPLETE = 0
    INCOMPLETE = 1
    WRONG = 2

    class << self
      # @param arguments [Array<String>]
      # @param out [IO]
      # @param err [IO]
      # @return [Integer] the exit status
      def run(arguments, out: $stdout, err: $stderr)
        options = Options.new(arguments)
        return show(out, options.help) if options.help

        figures = Run.new(Trace.load(options.path), scale: options.scale, parallel: options.parallel,
                                                    database: options.database).call
        show(out, options.json ? JSON.generate(figures) : text(figures))
        figures["status"] == "complete" ? COMPLETE : INCOMPLETE
      rescue Options::Wrong, Trace::Invalid => e
        complain(err, e, WRONG)
      rescue TaskerCore::Error => e
        # An ArgumentError says that the trace makes no template (a cycle, say) or that an option is wrong.
        complain(err, e, e.is_a?(ArgumentError) ? WRONG : INCOMPLETE)
      rescue Interrupt
        err.puts "wfinstances: interrupted"
        INCOMPLETE
      end

      private

      def show(out, text)
        out.puts text
        COMPLETE
      end

      def complain(err, error, status)
        err.puts "wfinstances: #{error.message}"
        status
      end

      def text(figures)
        critical = figures["critical_path_seconds"]
        makespan = figures["makespan_seconds"]
        <<~TEXT
          #{figures["trace"]}: #{graph(figures)}: #{figures["status"]}
            recorded times × #{figures["scale"]}, up to #{figures["parallel"]} steps at once
            makespan       #{seconds(makespan)}   #{figures["steps_per_second"]} steps a second
            critical path  #{seconds(critical)}   #{compared(makespan, critical)}
            floor          #{seconds(figures["floor_seconds"])}   the least with #{figures["parallel"]} at once
            serial         #{seconds(figures["serial_seconds"])}   all steps one after another
        TEXT
      end

      def graph(figures)
        "#{figures["tasks"]} tasks, #{figures["edges"]} edges, #{figures["levels"]} levels"
      end

      def compared(makespan, critical)
        critical.positive? ? format("the makespan is %.2f times as long", makespan / critical) : "no step waits"
      end

      def seconds(value)
        format("%10.3f s", value)
      end
    end
  end
end
