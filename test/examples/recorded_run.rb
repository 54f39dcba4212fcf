# frozen_string_literal: true

require_relative "../test_helper"
require_relative "../../examples/wfinstances/run"

# Runs a trace and checks that each of its steps completed once and after all that it waits for: by what the handlers
# wrote down themselves, and by the history that the database keeps.
module RecordedRun
  # A run whose handlers write down when they begin and end.
  class Recorder < WfInstances::Run
    attr_reader :events

    def initialize(trace, **options)
      super
      @events = []
      @lock = Mutex.new
    end

    private

    def submit(coordinator, template)
      coordinator.register_handler("wfinstances.wait") do |step|
        write_down(:begun, step.name)
        wait(step.config["seconds"] * @scale)
        write_down(:ended, step.name)
      end
      super
    end

    def write_down(what, name)
      @lock.synchronize { @events << [what, name] }
      nil
    end
  end

  def assert_runs_in_order(trace, scale: 0.0, **options)
    run = Recorder.new(trace, scale:, **options)
    task = nil
    figures = run.call { |coordinator, task_id| task = coordinator.get_task_context(task_id) }

    assert_equal ["complete", trace.ids.size], [task["status"], task["completed_steps"]]
    assert_in_order(trace, run.events)
    assert_in_order(trace, events_of(task["history"]))
    figures
  end

  private

  def events_of(history)
    names = { %w[ready in_progress] => :begun, %w[in_progress complete] => :ended }
    history.select { |event| event["step"] }.filter_map do |event|
      what = names[event.values_at("from", "to")]
      [what, event["step"]] if what
    end
  end

  def assert_in_order(trace, events)
    steps = trace.ids.map { |id| trace.step_name(id) }
    %i[begun ended].each do |kind|
      assert_equal steps.sort, events.filter_map { |what, name|
                                 name if what == kind
                               }.sort
    end
    place = events.each_with_index.to_h
    late = trace.ids.find do |id|
      begun = place[[:begun, trace.step_name(id)]]
      trace.parents[id].any? { |parent| place[[:ended, trace.step_name(parent)]] > begun }
    end

    assert_nil late, "a step began before all that it waits for had ended"
  end
end
