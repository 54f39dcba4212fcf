# frozen_string_literal: true

require_relative "failure"

module Servers
  # A small disk in memory, for what happens when a disk is full.
  class Disk
    BLOCK = "\0" * (64 << 10)

    # @param size [Integer, nil] in MiB; there is no disk without
    def initialize(folder, size)
      @folder = folder
      @size = size
    end

    def mount(account)
      return unless @size

      uid, gid = account.ids
      options = "size=#{@size}m,mode=0700,uid=#{uid},gid=#{gid}"
      system("mount", "-t", "tmpfs", "-o", options, "tmpfs", @folder) ||
        raise(Failure, "a disk of its own takes the right to mount one: run it as root")
    end

    # Writes until there is no room left.
    def fill
      raise Failure, "it has no disk of its own: see --data-size-mb" unless @size

      File.open(ballast, "ab") do |file|
        file.sync = true
        loop { file.write(BLOCK) }
      end
    rescue Errno::ENOSPC
      nil
    end

    def free
      FileUtils.rm_f(ballast)
      nil
    end

    def unmount
      system("umount", "-l", @folder, err: File::NULL) if @size && mounted?
    end

    private

    def ballast = File.join(@folder, "ballast")

    def mounted? = File.read("/proc/self/mounts").include?(" #{@folder} ")
  end
end
