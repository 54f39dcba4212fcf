# frozen_string_literal: true

module TaskerCore
  module CLI
    # Shows each step as it begins and ends.
    # @api private
    class Reporter
      LONGEST_NAME = 40
      # In a task with more steps the engine isn't asked when a step is tried again: the answer is about all of them.
      ASKED_UP_TO = 500
      private_constant :LONGEST_NAME, :ASKED_UP_TO

      # @param screen [Screen]
      # @param progress [Progress]
      # @param coordinator [Coordinator]
      # @param template [Hash] the description of the task's template
      def initialize(screen, progress, coordinator, template)
        @screen = screen
        @progress = progress
        @coordinator = coordinator
        @step_count = template["steps"].size
        @column = [template["steps"].map { |step| step["name"].length }.max, LONGEST_NAME].min
      end

      # @param event [StepEvent]
      # @return [void]
      def call(event)
        @progress.count(event)
        @screen.say(line(event))
        @progress.show
      end

      private

      def line(event)
        mark, colour = mark_of(event)
        time = @screen.paint(format("%8.3f s", @progress.elapsed), :dim)
        name = Text.cut(event.step, @column).ljust(@column)
        rest = event.started? ? start_of(event) : end_of(event)
        "#{time}  #{@screen.paint("#{mark} #{name}", colour)}  #{rest}"
      end

      def mark_of(event)
        return ["▶", :cyan] if event.started?

        case event.outcome
        when "complete" then ["✓", :green]
        when "given_back" then ["↩", :dim]
        else ["✗", event.will_retry? ? :yellow : :red]
        end
      end

      def start_of(event)
        event.attempt > 1 ? "starts, attempt #{event.attempt} of #{event.max_attempts}" : "starts"
      end

      def end_of(event)
        took = Text.duration(event.duration)
        case event.outcome
        when "complete" then event.attempt > 1 ? "done in #{took}, at attempt #{event.attempt}" : "done in #{took}"
        when "given_back" then "given back after #{took}"
        when "void" then "ended after #{took}, too late: its time was up, and its result was not taken"
        else failure(event, took)
        end
      end

      def failure(event, took)
        what = "#{event.error["class"]}: #{event.error["message"]}"
        "attempt #{event.attempt} of #{event.max_attempts} failed after #{took}: " \
          "#{Text.cut(what, 300)}#{event.will_retry? ? "; #{again(event)}" : ""}"
      end

      def again(event)
        ready_at = @step_count <= ASKED_UP_TO ? ready_at(event) : nil
        return "tried again" unless ready_at

        wait = ready_at - Time.now
        wait.positive? ? "tried again in #{Text.duration(wait)}" : "tried again at once"
      end

      # The engine knows: it has added the backoff of the template, or what the error asked for.
      def ready_at(event)
        steps = @coordinator.get_task_context(event.task_id)["steps"]
        steps.find { |step| step["name"] == event.step && step["status"] == "ready" }&.fetch("ready_at")
      rescue Error
        nil
      end
    end
  end
end
