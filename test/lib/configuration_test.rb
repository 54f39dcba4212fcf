# frozen_string_literal: true

require_relative "../test_helper"

class ConfigurationTest < Minitest::Test
  Configuration = TaskerCore::Configuration

  def load(overrides = {}, env: {}, root: Dir.tmpdir)
    Configuration.load(overrides, env:, root:)
  end

  def with_file(content, path: "config/tasker_core.yml")
    Dir.mktmpdir do |root|
      FileUtils.mkdir_p(File.dirname(File.join(root, path)))
      File.write(File.join(root, path), content)
      yield root
    end
  end

  def problem(overrides = {}, env: {}, root: Dir.tmpdir)
    assert_raises(TaskerCore::ConfigurationError) { load(overrides, env:, root:) }
  end

  def test_defaults_are_those_that_the_readme_lists
    config = load

    assert_equal "sqlite://tasker_core.sqlite3", config.database_url
    assert_equal "development", config.environment
    assert_equal [20, 30_000, 1_048_576, 10, 30_000, {}],
                 [config.database_pool_size, config.lease_ms, config.max_payload_bytes, config.max_parallel_steps,
                  config.step_timeout_ms, config.retry_limits]
    assert_equal ["tasker", "none", true], [config.schema, config.database_pooler, config.auto_migrate]
  end

  def test_the_argument_wins_over_the_variable_which_wins_over_the_file
    with_file("development:\n  lease_ms: 100\n  max_parallel_steps: 2\n  database_pool_size: 3\n") do |root|
      env = { "TASKER_MAX_PARALLEL_STEPS" => "4", "TASKER_DATABASE_POOL_SIZE" => "5" }
      config = load({ "database_pool_size" => 6 }, env:, root:)

      assert_equal [100, 4, 6], [config.lease_ms, config.max_parallel_steps, config.database_pool_size]
    end
  end

  def test_the_file_is_read_by_environment
    content = "development:\n  lease_ms: 100\nproduction:\n  lease_ms: 200\n  retry_limits:\n    charge: 3\n"
    with_file(content) do |root|
      assert_equal 100, load(root:).lease_ms
      assert_equal 200, load(env: { "TASKER_ENV" => "production" }, root:).lease_ms
      assert_equal 200, load(env: { "RAILS_ENV" => "production" }, root:).lease_ms
      assert_equal 200, load(env: { "RACK_ENV" => "production" }, root:).lease_ms
      assert_equal({ "charge" => 3 }, load({ environment: :production.to_s }, root:).retry_limits)
      assert_equal 30_000, load(env: { "TASKER_ENV" => "staging" }, root:).lease_ms
    end
  end

  def test_the_tasker_variable_decides_over_that_of_the_framework
    env = { "TASKER_ENV" => "a", "RAILS_ENV" => "b", "RACK_ENV" => "c" }

    assert_equal "a", load(env:).environment
    assert_equal "b", load(env: env.except("TASKER_ENV")).environment
  end

  def test_sections_may_share_what_an_anchor_names
    with_file("base: &base\n  lease_ms: 100\ndevelopment:\n  <<: *base\n  database_pool_size: 2\n") do |root|
      assert_equal [100, 2], load(root:).then { |config| [config.lease_ms, config.database_pool_size] }
    end
  end

  def test_another_file_can_be_named
    with_file("development:\n  lease_ms: 100\n", path: "other.yml") do |root|
      assert_equal 100, load(env: { "TASKER_CONFIG" => "other.yml" }, root:).lease_ms
      assert_equal 100, load(env: { "TASKER_CONFIG" => File.join(root, "other.yml") }).lease_ms
    end
  end

  def test_a_named_file_that_is_not_there_is_a_problem
    error = problem(env: { "TASKER_CONFIG" => "nowhere.yml" })

    assert_match(%r{TASKER_CONFIG names .*/nowhere.yml, and there is no such file}, error.message)
  end

  def test_the_variable_of_the_seed_is_read
    assert_equal 7, load(env: { "TASKER_DB_POOL_SIZE" => "7" }).database_pool_size
    assert_equal 8, load(env: { "TASKER_DB_POOL_SIZE" => "7", "TASKER_DATABASE_POOL_SIZE" => "8" }).database_pool_size
  end

  def test_an_empty_variable_is_one_that_is_not_set
    assert_equal 20, load(env: { "TASKER_DATABASE_POOL_SIZE" => "" }).database_pool_size
  end

  def test_the_url_of_another_library_is_not_read
    assert_equal "sqlite://tasker_core.sqlite3", load(env: { "DATABASE_URL" => "postgres://a/b" }).database_url
  end

  def test_retry_limits_can_be_given_in_a_variable
    assert_equal({ "charge" => 3, "a/b" => 5 },
                 load(env: { "TASKER_RETRY_LIMITS" => "charge=3, a/b = 5" }).retry_limits)
    assert_match(/retry_limits is "charge" \(from TASKER_RETRY_LIMITS\)/,
                 problem(env: { "TASKER_RETRY_LIMITS" => "charge" }).message)
    problem(env: { "TASKER_RETRY_LIMITS" => "charge=many" })
  end

  def test_a_flag_in_a_variable_is_written_as_people_write_it
    words = { "true" => true, "Yes" => true, "on" => true, "1" => true, "FALSE" => false, "no" => false, "0" => false }
    words.each { |word, value| assert_equal value, load(env: { "TASKER_AUTO_MIGRATE" => word }).auto_migrate }

    assert_match(/auto_migrate is "perhaps" \(from TASKER_AUTO_MIGRATE\); allowed is true or false/,
                 problem(env: { "TASKER_AUTO_MIGRATE" => "perhaps" }).message)
    with_file("development:\n  auto_migrate: off\n") { |root| refute load(root:).auto_migrate }
  end

  def test_a_problem_names_key_value_source_and_what_is_allowed
    assert_equal "configuration: database_pool_size is \"many\" (from TASKER_DB_POOL_SIZE); allowed is a whole " \
                 "number from 1 to 1000",
                 problem(env: { "TASKER_DB_POOL_SIZE" => "many" }).message
    assert_match(/lease_ms is 0 \(from the argument\); allowed is a whole number of milliseconds from/,
                 problem({ lease_ms: 0 }).message)
    with_file("development:\n  lease_ms: soon\n") do |root|
      assert_match(%r{lease_ms is "soon" \(from #{root}/config/tasker_core.yml, development\)}, problem(root:).message)
    end
  end

  def test_a_database_url_without_a_path_is_refused
    %w[sqlite: sqlite:// sqlite:/].each do |url|
      assert_match(/database_url is "#{url}" .* allowed is .*sqlite:/, problem({ database_url: url }).message)
    end
  end

  def test_all_problems_are_named_at_once
    error = problem({ lease_ms: "x", nonsense: 1 }, env: { "TASKER_QUEUE_CAPACITY" => "-1" })

    assert_equal(%w[lease_ms nonsense queue_capacity], error.context["errors"].map { |one| one["key"] }.sort)
  end

  def test_an_unknown_key_is_refused_with_the_nearest_right_one
    assert_match(/unknown key :max_paralel_steps \(from the argument\); did you mean "max_parallel_steps"\?/,
                 problem({ max_paralel_steps: 1 }).message)
    assert_match(/unknown key "zzz" .*the keys are database_url/, problem({ "zzz" => 1 }).message)
  end

  def test_a_variable_that_is_almost_one_of_ours_is_refused
    assert_match(/unknown variable TASKER_LESE_MS; did you mean TASKER_LEASE_MS\?/,
                 problem(env: { "TASKER_LESE_MS" => "1" }).message)
  end

  def test_variables_of_other_programs_are_left_alone
    env = { "TASKER_INPUTS" => "/x", "TASKER_ENV" => "test", "TASKER_FOO" => "1", "TASKER_HOME_PAGE" => "y" }

    assert_equal "test", load(env:).environment
  end

  WRONG = {
    "database_url" => [nil, 1, "", "mysql://host/db", "file.db", "sqlite:", "sqlite://a\0b"],
    "database_pool_size" => [0, -1, 1001, 1.5, "20", nil, true],
    "max_parallel_steps" => [0, 1.0, nil],
    "retry_limits" => [nil, [], "a=1", { "a" => 0 }, { "a" => "1" }, { 1 => 1 }, { "" => 1 }],
    "sqlite_synchronous" => ["sometimes", 1, nil, true],
    "schema" => [nil, "", "Tasker", "1a", "a b", "pg_tasker", "a\"b", "x" * 64, :tasker],
    "database_pooler" => ["session", nil, 1],
    "auto_migrate" => [nil, "true", 1],
    "log_level" => ["loud", 1],
    "worker_name" => ["", "a\nb", 1, "x" * 256],
    "environment" => ["", 1, []],
    "max_steps_per_task" => [0, 65_537]
  }.freeze

  WRONG.each do |key, values|
    values.each do |value|
      define_method("test_#{key}_may_not_be_#{value.inspect[0, 20]}") do
        error = problem({ key => value })

        assert_match(/#{key} is .* \(from the argument\); allowed is /m, error.message)
      end
    end
  end

  def test_words_may_be_symbols_and_yaml_may_say_off
    assert_equal "normal", load({ sqlite_synchronous: :normal }).sqlite_synchronous
    with_file("development:\n  sqlite_synchronous: off\n  log_level: off\n") do |root|
      assert_equal %w[off off], load(root:).then { |config| [config.sqlite_synchronous, config.log_level] }
    end
  end

  def test_a_file_that_does_not_parse_is_named
    with_file("development: [\n") do |root|
      assert_match(/can't be read: \(.*tasker_core.yml\): .*line/, problem(root:).message)
    end
    with_file("- 1\n") { |root| assert_match(/must be a map of environments/, problem(root:).message) }
    with_file("development: !ruby/object:Object {}\n") { |root| problem(root:) }
  end

  def test_a_setting_at_the_top_of_the_file_is_refused_with_its_right_place
    with_file("lease_ms: 5\n") do |root|
      assert_match(/lease_ms stands at the top; put it under the name of an environment/, problem(root:).message)
    end
  end

  def test_a_mistake_in_the_section_of_another_environment_is_a_problem_now
    with_file("production:\n  lease: 5\n") do |root|
      assert_match(/unknown key "lease" \(from .*, production\); did you mean "lease_ms"/, problem(root:).message)
    end
  end

  def test_a_key_given_as_a_string_and_as_a_symbol_is_a_problem
    error = assert_raises(TaskerCore::ConfigurationError) { load({ "lease_ms" => 1000, lease_ms: 2000 }) }

    assert_match(/lease_ms is given twice/, error.message)
  end

  def test_the_file_cannot_choose_the_environment
    with_file("development:\n  environment: production\n") do |root|
      assert_match(/environment can't be set in .*use TASKER_ENV/, problem(root:).message)
    end
  end

  def test_an_empty_file_says_nothing
    with_file("") { |root| assert_equal load, load(root:) }
    with_file("development:\n") { |root| assert_equal 30_000, load(root:).lease_ms }
  end

  URLS = {
    "sqlite::memory:" => "sqlite::memory:", "sqlite://:memory:" => "sqlite::memory:",
    "sqlite://a/b.db" => "sqlite:///root/a/b.db", "sqlite:b.db" => "sqlite:///root/b.db",
    "sqlite:///a.db" => "sqlite:///a.db", "sqlite:/a.db" => "sqlite:///a.db",
    "sqlite://~x.db" => "sqlite:///root/~x.db",
    "postgres://u:p@h/d" => "postgres://u:p@h/d"
  }.freeze

  URLS.each do |given, absolute|
    define_method("test_the_engine_is_given_#{absolute}_for_#{given}") do
      settings = JSON.parse(load({ database_url: given }, root: "/root").settings_json)

      assert_equal absolute, settings["database_url"]
    end
  end

  def test_the_engine_is_given_every_key
    assert_equal Configuration::Schema::KEYS.keys.sort, JSON.parse(load.settings_json).keys.sort
  end

  def test_no_password_is_shown
    config = load({ database_url: "postgres://user:s3cret@x@host/db?password=s3cret" })

    assert_equal "#<TaskerCore::Configuration development postgres://user:***@host/db?password=***>", config.inspect
  end

  # What isn't a right URL is shown in the message, and may have a password all the same.
  PASSWORDS = {
    "mysql://user:s3cret@host/db" => "mysql://user:***@host/db", "user:s3cret@host/db" => "user:***@host/db",
    "postgres:user:s3cret@host" => "postgres:***@host", "host=db password=s3cret" => "host=db password=***",
    "host=db password = 's3 cret' user=me" => "host=db password = *** user=me",
    "mysql://host/db?sslpassword=s3cret&a=1" => "mysql://host/db?sslpassword=***&a=1"
  }.freeze

  PASSWORDS.each do |given, shown|
    define_method("test_the_message_about_#{given}_shows_no_password") do
      error = problem({ database_url: given })

      assert_includes error.message, "database_url is #{shown.inspect} (from the argument)"
      refute_match(/s3/, error.context["errors"].to_s)
    end
  end

  def test_what_is_no_password_is_shown
    ["postgres://host:5432/db", "postgres://user@host/db", "postgres:///db?host=/run/postgresql"].each do |url|
      assert_equal url, load({ database_url: url }).masked_url
    end
    assert_equal "sqlite:///a:b@c.sqlite3", load({ database_url: "sqlite:///a:b@c.sqlite3" }).masked_url
  end

  def test_it_is_frozen_and_equal_by_content
    config = load({ retry_limits: { charge: 3 } })

    assert_predicate config, :frozen?
    assert_predicate config.retry_limits, :frozen?
    assert_equal config, load({ "retry_limits" => { "charge" => 3 } })
    refute_equal config, load
    assert_equal 3, config["retry_limits"]["charge"]
  end

  def test_a_configuration_can_be_given_again
    config = load({ lease_ms: 100 })

    assert_same config, Configuration.load(config)
    assert_equal config, load(config.to_h)
  end

  def test_load_from_env_gives_a_hash_of_every_setting
    settings = Configuration.load_from_env({ "TASKER_MAX_PARALLEL_STEPS" => "3" })

    assert_equal [3, 30_000, 20], settings.values_at("max_parallel_steps", "step_timeout_ms", "database_pool_size")
  end

  def test_what_is_no_hash_is_a_type_error
    error = assert_raises(TypeError) { load("sqlite::memory:") }

    assert_match(/must be a Hash, got String/, error.message)
  end
end
