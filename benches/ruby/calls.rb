# frozen_string_literal: true

# What one call costs: `ruby benches/ruby/calls.rb`. Each figure is over whole calls, Ruby objects and all.
require_relative "setup"

MICRO = 1e6
# Private to the library; here it is what is measured.
NATIVE = TaskerCore.const_get(:Native)

def each_call(count, &)
  Array.new(count) { Benches.seconds(&) * MICRO }
end

report = Benches::Report.new("calls", "Calls", "ruby benches/ruby/calls.rb")

# Too short for the clock: a thousand at a time.
nothing = Array.new(200) { Benches.seconds { 1000.times { NATIVE.nothing } } * MICRO / 1000 }
report.add("a native call that does nothing", "µs", nothing)

%i[memory file].each do |kind|
  Benches.with_coordinator(kind, "line of 500" => Benches.chain(500)) do |coordinator|
    where = kind == :memory ? "SQLite in memory" : "SQLite file, FULL"
    five = coordinator.initialize_task(Benches.request("w1")).task_id
    coordinator.orchestrate_task(five)
    large = coordinator.initialize_task(Benches.request("line of 500")).task_id
    coordinator.orchestrate_task(large)

    500.times { coordinator.call("ping") }
    report.add("a round trip to the coordinator, #{where}", "µs", each_call(2000) { coordinator.call("ping") })
    report.add("get_task_context of 5 steps, #{where}", "µs", each_call(2000) { coordinator.get_task_context(five) })
    report.add("get_task_context of 500 steps, #{where}", "µs", each_call(100) { coordinator.get_task_context(large) })
    report.add("initialize_task, one thread, #{where}", "µs",
               each_call(1000) { coordinator.initialize_task(Benches.request("w1")) })
  end
end

report.write
