# frozen_string_literal: true

require_relative "servers/processes"

# What is there of one server, to be asked for while it runs and looked for when it is gone.
class ServerRemains
  # @param server [ServerProgram]
  def initialize(server)
    @folder = server.folder
    first = server.tell("pid").to_i
    @processes = [first, *Servers::Processes.children(first)]
    @segment = File.readlines(state)[6].split[1] if File.exist?(state)
  end

  # @return [Array<String>] what is still there when there is nothing any more, or when that has taken too long
  def at_last
    Servers::Processes.wait(30) { to_a.empty? }
    to_a
  end

  # @return [Array<String>] what is still there
  def to_a
    processes = @processes.select { |pid| Servers::Processes.alive?(pid) }
    [*(@folder if File.exist?(@folder)), *processes.map { |pid| "process #{pid}" },
     *("shared memory #{@segment}" if @segment && segments.include?(@segment))]
  end

  private

  def state = File.join(@folder, "data", "postmaster.pid")

  def segments = File.readlines("/proc/sysvipc/shm").drop(1).map { |line| line.split[1] }
end
