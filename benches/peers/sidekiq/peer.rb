# frozen_string_literal: true

# The peer Sidekiq: this is the client, beside a Sidekiq process of its own with ten threads.
#
#   ruby benches/peers/sidekiq/peer.rb URL

require "rbconfig"
require_relative "../support/service"
require_relative "jobs"

module Peers
  # Sidekiq as Service wants it. Its process runs all the time: there is no telling submission and running apart.
  class SidekiqPeer
    CONCURRENCY = 10
    BULK = 1000
    WIDTHS = { "w2" => 2, "w3" => 100 }.freeze
    PATIENCE = 60

    def initialize(url)
      Sidekiq.configure_client { |config| config.redis = { url:, size: SUBMITTERS } }
      @server = start(url)
      submit("w1", 1)
      wait(1)
    end

    def run(workload, count)
      before = completed
      seconds = Peers.seconds do
        submit(workload, count)
        wait(before + count)
      end
      { "seconds" => seconds, "completed" => completed - before }
    end

    def idle(count)
      before = completed
      { "ms" => Array.new(count) { |run| Peers.seconds { one("#{before}.#{run}") } * 1000 },
        "completed" => completed - before }
    end

    # Nobody may take them before they have been counted.
    def submits(count)
      stop
      before = waiting
      each = count / SUBMITTERS
      seconds = Peers.seconds do
        Array.new(SUBMITTERS) { Thread.new { each.times { Line.perform_async(nil) } } }.each(&:join)
      end
      { "seconds" => seconds, "completed" => waiting - before }
    end

    def stop
      Process.kill("TERM", @server)
      Process.wait(@server)
      @server = nil
    rescue Errno::ESRCH, Errno::ECHILD, TypeError
      # It has ended already.
    end

    private

    def start(url)
      Process.spawn({ "REDIS_URL" => url }, RbConfig.ruby, "-S", "sidekiq", "-c", CONCURRENCY.to_s, "-t", "1",
                    "-e", "production", "-r", File.join(__dir__, "jobs.rb"), out: File::NULL)
    end

    def submit(workload, count)
      job = workload == "w1" ? Line : Fan
      Array.new(count) { [nil, *WIDTHS[workload]] }.each_slice(BULK) { |slice| job.perform_bulk(slice) }
    end

    def one(run)
      Line.perform_async(run)
      Sidekiq.redis { |redis| redis.blpop("waiting:#{run}", timeout: PATIENCE) } || raise("a job was lost")
    end

    # A look takes time from what is measured: not many.
    def wait(total)
      deadline = Peers.clock + PATIENCE
      until completed >= total
        raise "#{total - completed} workflows haven't ended within #{PATIENCE} s" if Peers.clock > deadline

        sleep 0.005
      end
    end

    def completed = Sidekiq.redis { |redis| redis.get("completed").to_i }

    def waiting = Sidekiq.redis { |redis| redis.llen("queue:default") }
  end
end

peer = Peers::SidekiqPeer.new(ARGV.fetch(0))
begin
  redis = Sidekiq.redis(&:info).fetch("redis_version")
  Peers::Service.run("Sidekiq #{Sidekiq::VERSION}, Redis #{redis}, Ruby #{RUBY_VERSION}", peer)
ensure
  peer.stop
end
