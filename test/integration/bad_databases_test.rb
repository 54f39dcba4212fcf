# frozen_string_literal: true

require_relative "children"

# Databases that can't be opened, or fail later: each gets the named error and a message that says what to do, and what
# was there before goes on working.
class BadDatabasesTest < Minitest::Test
  include Children

  TEMPLATE = { "namespace" => "bad", "name" => "pair",
               "steps" => [{ "name" => "one", "handler" => { "callable" => "Bad.one" } },
                           { "name" => "two", "handler" => { "callable" => "Bad.two" },
                             "dependencies" => ["one"] }] }.freeze

  # Opens a database and says what came of it.
  OPEN = <<~'RUBY'
    TaskerCore.logger = Logger.new(File::NULL)
    begin
      coordinator = TaskerCore.create_coordinator(ARGV.fetch(0))
      coordinator.register_template("name" => "t", "steps" => [{ "name" => "s", "handler" => { "callable" => "String" } }])
      puts "opened"
    rescue TaskerCore::Error => e
      puts "#{e.class}: #{e.message}"
    end
    other = TaskerCore.create_coordinator("sqlite::memory:")
    puts other.list_tasks.inspect
  RUBY

  NOBODY = 65_534

  def setup
    super
    @mounts = []
  end

  def teardown
    @children.each(&:stop)
    @mounts.each { |folder| system("umount", folder, exception: true) }
    super
  end

  def test_a_folder_that_is_missing_is_named
    assert_refused("sqlite://#{path("missing/tasks.db")}", /the folder #{path("missing")} does not exist; make it/)
    refute_path_exists path("missing")
  end

  def test_a_folder_is_no_database
    assert_refused("sqlite://#{@folder}", /it is a folder; give the path of a file/)
  end

  def test_a_text_file_is_no_database_and_stays_as_it_is
    text = "no database at all, but #{"long enough to be looked at, " * 100}"
    File.write(path("notes.txt"), text)

    assert_refused("sqlite://#{path("notes.txt")}", /not a database; nothing was changed/)
    assert_equal text, File.read(path("notes.txt"))
    assert_equal %w[notes.txt], Dir.children(@folder) - %w[errors log]
  end

  def test_a_database_of_another_program_is_left_alone
    with_coordinator(database, &:list_tasks)
    header = File.binread(path("tasks.sqlite3"))
    # The page size of the header is none: a database file that is damaged.
    File.binwrite(path("tasks.sqlite3"), header.tap { |bytes| bytes[16, 2] = "\x00\x03" })

    assert_refused(database, /not a database|malformed|reported an error/)
  end

  def test_a_file_without_permission_to_write_is_refused
    with_coordinator(database) { |coordinator| coordinator.register_template(TEMPLATE) }
    File.chmod(0o444, path("tasks.sqlite3"))
    File.chmod(0o555, @folder)

    assert_refused_for_others(database, /read-only|can be read and written/)
  ensure
    File.chmod(0o755, @folder)
  end

  def test_a_folder_without_permission_to_write_is_refused
    FileUtils.mkdir_p(path("closed"), mode: 0o555)

    assert_refused_for_others("sqlite://#{path("closed/tasks.db")}", /its folder exists .* can be read and written/)
    assert_empty Dir.children(path("closed"))
  end

  def test_a_disk_that_is_read_only_is_refused
    with_coordinator("sqlite://#{path("tasks.db")}") { |coordinator| coordinator.register_template(TEMPLATE) }
    before = File.binread(path("tasks.db"))
    FileUtils.mkdir_p(path("disk"))
    FileUtils.cp(path("tasks.db"), path("disk/tasks.db"))
    mount(path("disk"), "--bind", path("disk"), remount: "remount,ro,bind")

    assert_refused("sqlite://#{path("disk/tasks.db")}", /read-only|can be read and written/)
    assert_equal before, File.binread(path("disk/tasks.db"))
  end

  def test_a_full_disk_stores_nothing_by_halves_and_all_goes_on_once_there_is_room
    in_full_disk do |coordinator|
      coordinator.orchestrate_task(submit(coordinator))
      fill
      error = assert_raises(TaskerCore::DatabaseError) { use_up_log(coordinator) }
      stored = coordinator.list_tasks.map { |task| coordinator.get_task_context(task["task_id"])["steps"].size }

      assert_match(/full; nothing was written, make room/, error.message)
      assert_equal [2], stored.uniq
      make_room
      assert_equal "complete", coordinator.orchestrate_task(submit(coordinator)).status
    end
  end

  def test_a_disk_that_fills_up_during_a_step_costs_an_attempt_and_no_more
    in_full_disk("step_timeout_ms" => 1_500) do |coordinator|
      coordinator.register_handler("Bad.one") { |step| fill_with_log(coordinator) if step.attempt == 1 }
      id = submit(coordinator)
      assert_raises(TaskerCore::DatabaseError) { coordinator.orchestrate_task(id) }
      make_room

      assert_equal "complete", coordinator.orchestrate_task(id, wait_for_retries: true).status
      assert_equal [2, 1], (coordinator.get_task_context(id)["steps"].map { |step| step["attempts"] })
    end
  end

  private

  def use_up_log(coordinator)
    loop { submit(coordinator, "text" => "x" * 20_000) }
  end

  # The log has room at its end for commits to come: it is used up as well, but for less than the result takes.
  # @return [String] a result that can't be stored
  def fill_with_log(coordinator)
    fill
    assert_raises(TaskerCore::DatabaseError) { use_up_log(coordinator) }
    "x" * 200_000
  end

  # In this process and in another one, where the program goes on all the same.
  def assert_refused(url, message)
    error = assert_raises(TaskerCore::DatabaseError) { TaskerCore.create_coordinator(url).list_tasks }

    assert_match(message, error.message)
    assert_match(/\ATaskerCore::DatabaseError: .*\n\[\]\n\z/, output_of(OPEN, url))
  end

  # Permissions don't hold for root.
  def assert_refused_for_others(url, message)
    return assert_refused(url, message) unless Process.uid.zero?

    skip "run by root, and there is no setpriv to be somebody else" unless system("setpriv --version", out: File::NULL)
    File.write(path("errors"), "", mode: "a")
    File.chmod(0o755, @folder) unless File.stat(@folder).mode & 0o005 == 0o005
    output = as_nobody(url)

    assert_match(/\ATaskerCore::DatabaseError: /, output)
    assert_match(message, output)
    assert_match(/\n\[\]\n\z/, output)
  end

  def as_nobody(url)
    child = start("setpriv", "--reuid=#{NOBODY}", "--regid=#{NOBODY}", "--clear-groups", RbConfig.ruby, "-W", "-I",
                  LIBRARY, "-r", "tasker_core", "-e", OPEN, url, folder: "/")
    output = child.finish
    skip "nobody may not read this checkout" if errors.match?(/cannot load such file|Permission denied.*LoadError/)
    output
  end

  def mount(folder, *arguments, remount: nil)
    skip "only root can mount a disk for this" unless Process.uid.zero?
    FileUtils.mkdir_p(folder)
    mounted = system("mount", *arguments, folder, err: File::NULL)
    skip "this machine lets nobody mount a disk" unless mounted
    @mounts << folder
    return if remount.nil? || system("mount", "-o", remount, folder, err: File::NULL)

    skip "this machine lets nobody mount a disk read-only"
  end

  def in_full_disk(settings = {})
    mount(path("disk"), "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    with_coordinator("sqlite://#{path("disk/tasks.db")}", **settings) do |coordinator|
      coordinator.register_handler("Bad.one") { 1 }
      coordinator.register_handler("Bad.two") { 2 }
      coordinator.register_template(TEMPLATE)
      yield coordinator
    end
  end

  def submit(coordinator, context = {})
    coordinator.initialize_task(namespace: "bad", name: "pair", context:).task_id
  end

  def fill
    File.open(path("disk/filler"), "wb") { |file| loop { file.syswrite("x" * 512) } }
  rescue Errno::ENOSPC
    true
  end

  def make_room
    File.delete(path("disk/filler"))
  end
end
