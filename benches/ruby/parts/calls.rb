# frozen_string_literal: true

require_relative "../support/part"

module Benches
  # What one call costs, Ruby objects and all.
  class Calls < Part
    TITLE = "Calls"
    LARGE = 500
    MANY = 2000
    # Too short for the clock: a thousand at a time.
    AT_ONCE = 1000

    def run
      nothing
      stand.with_both(templates: { "large" => Workloads.chain(LARGE) }) do |sites|
        sites.each { |site| MANY.times { site.coordinator.call("ping") } }
        each_call("a round trip to the coordinator", sites, MANY) { |site| site.coordinator.call("ping") }
        contexts(sites)
        each_call("initialize_task, 1 thread", sites, MANY / 2) do |site|
          site.coordinator.initialize_task(Workloads.request("w1"))
        end
      end
    end

    private

    # Private to the library; here it is what is measured.
    def nothing
      native = TaskerCore.const_get(:Native)
      times = Array.new(stand.size(200)) { microseconds { AT_ONCE.times { native.nothing } } / AT_ONCE }
      report.add("a native call that does nothing", "µs", times)
    end

    def contexts(sites)
      { 5 => ["w1", MANY], LARGE => ["large", 120] }.each do |steps, (template, count)|
        tasks = sites.to_h { |site| [site, Workloads.run_one(site.coordinator, template).task_id] }
        each_call("get_task_context of #{steps} steps", sites, count) do |site|
          site.coordinator.get_task_context(tasks[site])
        end
      end
    end

    def each_call(title, sites, count, &)
      times = samples(sites, count) { |site| microseconds { yield site } }
      times.each { |site, each| report.add("#{title}, #{site.title}", "µs", each) }
    end
  end
end
