# frozen_string_literal: true

require "minitest/autorun"
require "rubygems"
require_relative "repository"

# What goes into the gem: all that the build needs, and nothing that a build made.
class PackageTest < Minitest::Test
  def setup
    @spec = Gem::Specification.load(Repository.path("tasker_core.gemspec"))
  end

  def test_gem_and_engine_have_one_version
    engine = Repository.read("Cargo.toml")[/^\[workspace\.package\].*?^version = "([^"]+)"/m, 1]
    assert_equal engine, @spec.version.to_s
  end

  def test_every_source_is_in_the_gem
    sources = Repository.files("{ext,benches}/**/*.{rs,toml}") + Repository.files("ext/**/*.{rb,sql}") +
              Repository.files("lib/**/*.rb") + Repository.files("sig/**/*.rbs")
    refute_empty sources
    assert_empty sources - @spec.files
  end

  # Cargo refuses to build anything when a member's manifest or a file that is compiled in is missing.
  def test_files_that_rust_compiles_in_are_in_the_gem
    included = Repository.files("ext/**/src/**/*.rs").flat_map do |file|
      Repository.read(file).scan(/include_(?:str|bytes)!\("([^"]+)"\)/).flatten.map do |name|
        File.expand_path(name, File.dirname(Repository.path(file))).delete_prefix("#{Repository::ROOT}/")
      end
    end
    assert_empty included - @spec.files
  end

  # Without it an installed gem would have another SQLite than this checkout.
  def test_the_settings_of_the_build_are_in_the_gem
    assert_includes Repository.files(".cargo/*"), ".cargo/config.toml"
    assert_empty Repository.files(".cargo/*") - @spec.files
  end

  def test_nothing_that_a_build_made_is_in_the_gem
    assert_empty @spec.files.grep(%r{(\A|/)(target|tmp|pkg)/|\.(so|bundle|sqlite3)\z})
  end

  def test_programs_are_in_the_gem_and_can_be_run
    assert_equal Repository.files("exe/*"), @spec.executables.map { |name| "exe/#{name}" }
    assert_empty Repository.files("exe/*").reject { |file| @spec.files.include?(file) }
    assert_empty Repository.files("{bin,exe}/*").reject { |file| File.executable?(Repository.path(file)) }
  end

  # The Gemfile counts on it.
  def test_gem_depends_on_no_other
    assert_empty @spec.dependencies
  end

  def test_gem_has_a_licence_and_builds_its_extension
    assert_includes @spec.files, "LICENSE"
    assert_equal ["MIT"], @spec.licenses
    assert_equal ["ext/tasker_core/extconf.rb"], @spec.extensions & @spec.files
  end
end
