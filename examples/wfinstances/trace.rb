# frozen_string_literal: true

require "digest"
require "json"

module WfInstances
  # A trace in WfFormat 1.5: tasks, what each waits for, and how long each took. Reads and checks it; knows nothing of
  # how it is run.
  class Trace
    # The file isn't such a trace.
    class Invalid < StandardError; end

    # Longer names aren't taken by a template.
    LONGEST_NAME = 255

    # @return [Array<String>] the tasks' ids, in the order of the file
    attr_reader :ids
    # @return [Hash{String=>Array<String>}] the ids that each id waits for
    attr_reader :parents
    # @return [Hash{String=>Float}] how long each task took, in seconds
    attr_reader :seconds
    # @return [Float, nil] how long all took when it was recorded
    attr_reader :recorded_makespan
    # @return [String] the file's name without its ending
    attr_reader :title

    # @param path [String]
    # @return [Trace]
    # @raise [Invalid]
    def self.load(path)
      new(File.read(path, encoding: "UTF-8"), File.basename(path, ".*"))
    rescue SystemCallError => e
      raise Invalid, "#{path} can't be read: #{e.message.sub(/ @ .*/, "")}"
    rescue Invalid => e
      raise Invalid, "#{path}: #{e.message}"
    end

    # @param text [String] JSON
    # @param title [String]
    # @raise [Invalid]
    def initialize(text, title)
      @title = title
      document = parse(text)
      @digest = Digest::SHA256.hexdigest(text)
      @parents = read_tasks(tasks_of(document))
      @ids = @parents.keys
      read_execution(document.dig("workflow", "execution") || {})
    end

    # @return [Integer]
    def edges
      parents.values.sum(&:size)
    end

    # A step of the template is named as the task's id: names of tasks may repeat, ids don't. What a template doesn't
    # take as a name is replaced, and stays apart from all others by its digest.
    # @param id [String]
    # @return [String]
    def step_name(id)
      return id if id.length <= LONGEST_NAME && !id.match?(/[[:cntrl:]]/)

      "#{id[0, LONGEST_NAME - 17].gsub(/[[:cntrl:]]/, "?")}-#{Digest::SHA256.hexdigest(id)[0, 16]}"
    end

    # @return [Hash{String=>Object}] what {TaskerCore::Coordinator#register_template} takes
    def template
      steps = ids.map do |id|
        { "name" => step_name(id), "dependencies" => parents[id].map { |parent| step_name(parent) },
          "handler" => { "callable" => "wfinstances.wait", "initialization" => { "seconds" => seconds[id] } } }
      end
      # Another file is another template, or another version of it.
      { "namespace_name" => "wfinstances", "name" => title[0, LONGEST_NAME], "version" => "1.5-#{@digest[0, 12]}",
        "steps" => steps }
    end

    private

    def parse(text)
      document = JSON.parse(text)
      raise Invalid, "this is not WfFormat: it must be a JSON object" unless document.is_a?(Hash)

      version = document["schemaVersion"]
      unless version == "1.5"
        raise Invalid, "this is not WfFormat 1.5: schemaVersion is #{version ? version.inspect : "missing"}"
      end

      document
    rescue JSON::ParserError, EncodingError => e
      raise Invalid, "this is not JSON: #{e.message.lines.first.to_s.strip[0, 200]}"
    end

    def tasks_of(document)
      tasks = document["workflow"].is_a?(Hash) && document.dig("workflow", "specification")
      tasks = tasks["tasks"] if tasks.is_a?(Hash)
      return tasks if tasks.is_a?(Array) && tasks.any?

      raise Invalid, "this is not WfFormat: workflow.specification.tasks must be an array of at least one task"
    end

    # An edge may stand with its parent, with its child, or with both.
    def read_tasks(tasks)
      known = index(tasks)
      edges = known.transform_values { {} }
      known.each do |id, task|
        ids_in(task, "parents", known).each { |parent| edges[id][parent] = true }
        ids_in(task, "children", known).each { |child| edges[child][id] = true }
      end
      edges.transform_values(&:keys)
    end

    def index(tasks)
      tasks.each_with_index.with_object({}) do |(task, position), known|
        id = task["id"] if task.is_a?(Hash)
        unless id.is_a?(String) && !id.empty?
          raise Invalid, "workflow.specification.tasks[#{position}] needs an id, a string that isn't empty"
        end
        raise Invalid, "the task id #{id.inspect} is there twice" if known.key?(id)

        known[id] = task
      end
    end

    def ids_in(task, key, known)
      list = task.fetch(key, [])
      raise Invalid, "task #{task["id"].inspect}: #{key} must be an array of ids" unless list.is_a?(Array)

      unknown = list.find { |id| !known.key?(id) }
      return list if unknown.nil? && list.none?(&:nil?)

      raise Invalid, "task #{task["id"].inspect}: there is no task #{unknown.inspect}, which is one of its #{key}"
    end

    def read_execution(execution)
      raise Invalid, "workflow.execution must be an object" unless execution.is_a?(Hash)

      @recorded_makespan = execution["makespanInSeconds"]
      recorded = execution.fetch("tasks", [])
      raise Invalid, "workflow.execution.tasks must be an array" unless recorded.is_a?(Array)

      @seconds = ids.to_h { |id| [id, 0.0] }
      recorded.each_with_index { |task, position| read_runtime(task, position) }
    end

    def read_runtime(task, position)
      place = "workflow.execution.tasks[#{position}]"
      raise Invalid, "#{place} must be an object" unless task.is_a?(Hash)
      raise Invalid, "#{place}: there is no task #{task["id"].inspect}" unless @seconds.key?(task["id"])

      runtime = task.fetch("runtimeInSeconds", 0.0)
      unless runtime.is_a?(Numeric) && !runtime.negative?
        raise Invalid, "#{place}: runtimeInSeconds must be a number from 0 up, got #{runtime.inspect}"
      end

      @seconds[task["id"]] = runtime.to_f
    end
  end
end
