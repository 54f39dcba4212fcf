# frozen_string_literal: true

require_relative "network"
require_relative "postgres_case"

# PostgreSQL and two workers on hosts of their own, with addresses of their own, one of which is cut off and comes back.
class NetworksTest < Minitest::Test
  include PostgresCase

  LEASE = { lease_ms: 1000, busy_timeout_ms: 500 }.freeze
  HOSTS = %w[left right].freeze
  TASKS = 20

  def test_a_host_that_is_cut_off_loses_its_steps_and_works_on_when_it_is_back
    with_network do |network, server|
      with_postgres(server.url) do |coordinator|
        Relay.register(coordinator, path("record"))
        workers = HOSTS.to_h { |host| [host, start_relay_on(network, host, server.url)] }
        id = submit(coordinator, gate: path("gate"))
        lost = cut_off_the_holder(network, server, id)
        await_tasks(coordinator, [id])
        bring_back(network, lost)
        # Its late report changed nothing, and from now on it is alone.
        assert_equal [2, 2], attempts_of(coordinator, id)
        stop_relay(workers.fetch(other_than(lost)))
        ids = Array.new(TASKS) { submit(coordinator) }
        await_tasks(coordinator, [id, *ids])
        stop_relay(workers.fetch(lost))

        assert_kept(coordinator, [id, *ids])
      end
    end
    assert_no_repeats
  end

  private

  def with_network
    Network.open(HOSTS) do |network|
      server = ServerProgram.new(Postgres::PROGRAM, "--address", Network::ADDRESS, prefix: network.on("db"))
      yield network, server
    ensure
      @children.each(&:stop)
      server&.close
    end
  rescue Network::NotAllowed => e
    warn "\n#{"!" * 100}\nNOT TESTED: #{name}: #{e.message}\n#{"!" * 100}"
    skip e.message
  end

  # Cuts off who has the task's first step in hand, until both hosts are done with it: which host that is.
  def cut_off_the_holder(network, server, id)
    lost = eventually(20, "a holder") { holder_of(server, id) }
    network.cut(lost)
    eventually(30, "its step on the other host") { holder_of(server, id) == other_than(lost) }
    File.write(path("gate"), "")
    eventually(20, "its failing") { log_of(lost).match?(/exchange failed/) }
    lost
  end

  def bring_back(network, lost)
    network.mend(lost)
    refused = /relay#first.* its report was refused \(stale_lease\)/
    eventually(60, "its late report") { log_of(lost).match?(refused) }
  end

  def other_than(host) = (HOSTS - [host]).first

  # Each has a log of its own.
  def start_relay_on(network, host, url)
    json = JSON.generate({ database_url: url, worker_name: host, **LEASE })
    code = "$stdout.sync = true; load #{APP.dump}"
    start(*network.on(host), RbConfig.ruby, "-W", "-I", LIBRARY, "-e", code, json, path("record"), path("log-#{host}"))
      .tap { |child| assert_equal "ready", child.line, errors }
  end

  def submit(coordinator, **context)
    request = Relay.request
    coordinator.initialize_task(**request, context: request[:context].merge(context)).task_id
  end

  # The host that has a step of the task in hand.
  def holder_of(server, id)
    name = server.ask("select w.name from tasker.steps s join tasker.workers w on w.id = s.worker_id " \
                      "where s.state = 'in_progress' and s.id >> 16 = #{id}")
    HOSTS.find { |host| name.start_with?(host) }
  end

  # Of the first step: as it is recorded, and how often its handler ended.
  def attempts_of(coordinator, id)
    step = coordinator.get_task_context(id)["steps"].find { |each| each["name"] == "first" }
    [step["attempts"], record.count { |line| JSON.parse(line).first(2) == [id, "first"] }]
  end

  def log_of(host) = File.read(path("log-#{host}"))
end
