# frozen_string_literal: true

require "open3"

# Machines of their own, as far as networks go: a network namespace for a PostgreSQL, and one for each other host, with
# a cable between. Making them takes root.
class Network
  # This machine doesn't allow it.
  class NotAllowed < StandardError; end

  # The address of the PostgreSQL, in every host.
  ADDRESS = "10.207.0.1"
  PREFIX = "tasker"
  private_constant :PREFIX

  # Gives a network that is gone in the end. This process is a host, too.
  #
  # @param hosts [Array<String>] short names
  # @yieldparam network [Network]
  def self.open(hosts)
    network = new(hosts)
    yield network
  ensure
    network&.remove
  end

  # @param hosts [Array<String>]
  # @raise [NotAllowed]
  def initialize(hosts)
    @hosts = hosts
    @made = []
    clear
    make("db")
    ip("-n", name("db"), "address", "add", "#{ADDRESS}/32", "dev", "lo")
    hosts.each { |host| make(host) }
    # The last one is for this process.
    [*hosts, nil].each.with_index(1) { |host, number| connect(host, number) }
  rescue StandardError
    remove
    raise
  end

  # @param host [String] or "db"
  # @return [Array<String>] what a program is started by to run there
  def on(host) = ["ip", "netns", "exec", name(host)]

  # Pulls a host's cable at the far end: it keeps its addresses, and nothing arrives any more.
  def cut(host) = ip("-n", name("db"), "link", "set", cable(host), "down")

  # Puts it back.
  def mend(host) = ip("-n", name("db"), "link", "set", cable(host), "up")

  def remove
    @made.each { |name| Open3.capture2e("ip", "netns", "delete", name) }
  end

  private

  def name(host) = "#{PREFIX}-#{Process.pid}-#{host}"

  def cable(host) = "to-#{host || "here"}"

  def make(host)
    ip("netns", "add", name(host))
    @made << name(host)
    ip("-n", name(host), "link", "set", "lo", "up")
  rescue NotAllowed => e
    raise NotAllowed, "no network namespace can be made, which takes root and a kernel that allows it: #{e.message}"
  end

  def connect(host, number)
    near = "tsk#{Process.pid}"
    ip("link", "add", near, "type", "veth", "peer", "name", cable(host), "netns", name("db"))
    here = host ? ["-n", name(host)] : []
    ip("link", "set", near, "netns", name(host)) if host
    ends = [[here, near, 2], [["-n", name("db")], cable(host), 1]]
    ends.each do |there, device, last|
      ip(*there, "address", "add", "10.207.#{number}.#{last}/24", "dev", device)
      ip(*there, "link", "set", device, "up")
    end
    ip(*here, "route", "add", "#{ADDRESS}/32", "via", "10.207.#{number}.1")
  end

  # Those of test processes that were killed.
  def clear
    ip("netns", "list")[/.*/m].scan(/^#{PREFIX}-(\d+)-\w+/) do |(pid)|
      name = Regexp.last_match(0)
      Open3.capture2e("ip", "netns", "delete", name) unless File.exist?("/proc/#{pid}")
    end
  end

  def ip(*arguments)
    output, status = Open3.capture2e("ip", *arguments)
    status.success? ? output : raise(NotAllowed, "ip #{arguments.join(" ")}: #{output.strip}")
  rescue Errno::ENOENT
    raise NotAllowed, "there is no program `ip`; run bin/setup"
  end
end
