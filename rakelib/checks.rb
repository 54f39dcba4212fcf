# frozen_string_literal: true

# Runs commands one after another, goes on after one has failed, and ends with a table of what passed, in what time.
class Checks
  Result = Struct.new(:name, :passed, :seconds)

  # @param steps [Hash{String => Array<String>}] a command for each name
  # @param env [Hash{String => String}] environment variables for the commands whose first word is "cargo"
  # @param out [IO] where headings and the table go; the commands write to the terminal themselves
  def initialize(steps, env: {}, out: $stdout)
    @steps = steps
    @env = env
    @out = out
  end

  # @return [Boolean] whether all passed
  def run
    results = @steps.map { |name, command| run_step(name, command) }
    summarise(results)
    results.all?(&:passed)
  end

  private

  def run_step(name, command)
    @out.puts "", "== #{name}: #{command.join(" ")}"
    @out.flush
    started = now
    # A command that can't be started is a failed step like any other.
    passed = system(command.first == "cargo" ? @env : {}, *command) || false
    result = Result.new(name, passed, now - started)
    @out.puts format("-- %<name>s FAILED after %<seconds>.1f s", result.to_h) unless passed
    result
  end

  def summarise(results)
    @out.puts "", "== summary"
    results.each do |result|
      @out.puts format("%<mark>-6s %<name>-16s %<seconds>6.1f s", mark: result.passed ? "ok" : "FAILED", **result.to_h)
    end
    failed = results.reject(&:passed).map(&:name)
    verdict = failed.empty? ? "all #{results.size} checks passed" : "FAILED: #{failed.join(", ")}"
    @out.puts format("%<verdict>s in %<seconds>.1f s", verdict:, seconds: results.sum(&:seconds))
    @out.flush
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end
