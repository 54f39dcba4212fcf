# frozen_string_literal: true

# Sums up what Cargo says on the way: a line for every 25 crates instead of two for each, nothing at all when everything
# is up to date. Diagnostics pass through unchanged.
class BuildProgress
  CHORES = /\A\s*(Updating|Locking|Adding|Downloading|Downloaded|Compiling|Finished)\b/
  COLOURS = /\e\[[\d;]*m/
  EVERY = 25

  # @param out [IO] where to write
  def initialize(out)
    @out = out
    @compiled = 0
    @announced = false
    @started = now
  end

  # @param line [String] what Cargo wrote
  # @return [void]
  def show(line)
    chore = line.gsub(COLOURS, "")[CHORES, 1]
    return @out.write(line) unless chore
    # Cargo says at every start that it has finished.
    return if chore == "Finished"

    announce
    return unless chore == "Compiling"

    @compiled += 1
    say "#{@compiled} crates compiled" if (@compiled % EVERY).zero?
  end

  # @return [void]
  def done
    say format("built in %.0f s", now - @started) if @announced
  end

  private

  def announce
    return if @announced

    @announced = true
    say "building the native extension; the first time takes a minute or two"
  end

  def say(text)
    @out.puts("tasker_core: #{text}")
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
