# frozen_string_literal: true

require "minitest/autorun"
require_relative "repository"

# What must stay out of each room of the house. ARCHITECTURE.md says why.
class HouseTest < Minitest::Test
  # Which crates of this workspace each one may know.
  MAY_KNOW = {
    "domain" => [],
    "store" => %w[domain],
    "coordinator" => %w[domain store],
    "tasker_core" => %w[coordinator]
  }.freeze

  # Which room alone may depend on a package.
  ONLY_IN = {
    "rutie" => %w[tasker_core],
    "diesel" => %w[store],
    "diesel-async" => %w[store],
    "libsqlite3-sys" => %w[store],
    "actix" => %w[coordinator],
    "tokio" => %w[coordinator store]
  }.freeze

  # The domain is told the time and given its randomness.
  IMPURE = /\b(SystemTime|Instant::now|std::(fs|net|thread|process|env)|println!|eprintln!|rand::)/

  def test_dependencies_point_one_way
    MAY_KNOW.each do |crate, allowed|
      known = dependencies(crate).filter_map { |name| name[/\Atasker_(\w+)\z/, 1] }
      assert_empty known - allowed, "ext/#{crate} may not know these crates"
    end
  end

  def test_each_package_stays_in_its_room
    ONLY_IN.each do |package, rooms|
      used_in = MAY_KNOW.keys.select { |crate| dependencies(crate).include?(package) }
      assert_empty used_in - rooms, "#{package} belongs into #{rooms.join(", ")} only"
    end
  end

  def test_every_room_is_known_here
    crates = Repository.files("ext/*/Cargo.toml").map { |file| file.split("/")[1] }
    assert_equal MAY_KNOW.keys.sort, crates
  end

  def test_unsafe_is_forbidden_but_at_the_boundary
    assert_match(/^unsafe_code = "deny"$/, Repository.read("Cargo.toml"))
    assert_empty Repository.lines_matching("ext/{domain,store,coordinator}/**/*.rs",
                                           /\bunsafe_code\b|\bunsafe\s*(\{|\(|fn\b|impl\b|extern\b|trait\b)/)
  end

  def test_every_unsafe_block_says_why_it_is_sound
    unexplained = Repository.files("ext/tasker_core/**/*.rs").flat_map do |file|
      lines = Repository.read(file).lines
      lines.each_index.select { |at| lines[at].match?(/\bunsafe \{/) && !explained?(lines, at) }
           .map { |at| "#{file}:#{at + 1}" }
    end
    assert_empty unexplained, "a comment that begins with SAFETY: is missing above these"
  end

  def test_domain_has_no_clock_no_input_and_no_output
    assert_empty Repository.lines_matching("ext/domain/src/**/*.rs", IMPURE)
  end

  def test_lints_are_expected_and_never_allowed
    assert_empty Repository.lines_matching("{ext,benches}/**/*.rs", /#!?\[(cfg_attr\(.*)?allow\(/)
  end

  def test_nothing_is_left_to_do
    assert_empty Repository.lines_matching("{ext,lib,benches,examples,rakelib}/**/*.{rs,rb,rake,sql}",
                                           /\b(todo!|unimplemented!|TODO|FIXME|XXX)\b/)
  end

  def test_tests_wait_for_conditions_and_do_not_sleep
    sleeps = Repository.lines_matching("test/**/*_test.rb", /\bsleep[( ]\s*\d[^#]*$/)
    assert_empty sleeps, "wait for a condition with a deadline; a handler that sleeps on purpose says why beside it"
  end

  private

  # The names before `=` in the tables of normal and build dependencies: those of tests may be more.
  def dependencies(crate)
    manifest = Repository.read("ext/#{crate}/Cargo.toml")
    tables = manifest.split(/^\[([^\]]+)\]$/).drop(1).each_slice(2)
    tables.select { |name, _| name.match?(/(\A|\.)(build-)?dependencies\z/) }
          .flat_map { |_, body| body.scan(/^([\w-]+)\s*[.=]/) }.flatten
  end

  # On the line itself, or in the comment above it, over attributes and the head of a statement that spans lines.
  def explained?(lines, at)
    return true if lines[at].include?("SAFETY:")

    above = lines[[at - 8, 0].max...at].reverse.take_while { |line| !line.strip.empty? }
    above.any? { |line| line.include?("SAFETY:") }
  end
end
