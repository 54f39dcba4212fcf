# frozen_string_literal: true

require "minitest/autorun"
require "fileutils"
require "stringio"
require "tmpdir"
require_relative "repository"
require Repository.path("ext/tasker_core/cargo_build")

# What people see of the build.
class CargoBuildTest < Minitest::Test
  def test_ruby_that_no_rutie_knows_is_refused_with_those_that_do
    error = assert_raises(CargoBuild::Failure) { CargoBuild.new(ruby_version: "2.7.8").pin_rutie }
    assert_equal "Ruby 2.7.8 is not supported; use one of 3.1, 3.2, 3.3, 3.4, 4.0.", error.message
  end

  def test_lock_file_already_names_the_rutie_of_the_oldest_rubies
    lock = Repository.path("Cargo.lock")
    before = File.read(lock)
    out = StringIO.new
    CargoBuild.new(ruby_version: "3.1.2", out:).pin_rutie
    assert_empty out.string
    assert_equal before, File.read(lock)
  end

  def test_missing_cargo_is_named_with_the_way_to_get_it
    with_env("PATH" => "", "BUNDLER_ORIG_PATH" => nil, "CARGO_HOME" => Dir.tmpdir) do
      error = assert_raises(CargoBuild::Failure) { CargoBuild.new.call }
      assert_match(/\Acargo is missing\. Install Rust .*rustup/, error.message)
    end
  end

  def test_cargo_is_found_where_rustup_puts_it
    Dir.mktmpdir do |home|
      FileUtils.mkdir_p(File.join(home, "bin"))
      File.write(File.join(home, "bin", "cargo"), "#!/bin/sh\n", perm: 0o755)
      with_env("PATH" => "/usr/bin", "BUNDLER_ORIG_PATH" => nil, "CARGO_HOME" => home) do
        assert CargoBuild.cargo?
        assert_equal "/usr/bin:#{home}/bin", CargoBuild.env["PATH"]
      end
    end
  end

  # Bundler's folder on the PATH would have everything built again at each change between `bundle exec` and none.
  def test_cargo_gets_the_path_of_the_shell
    with_env("PATH" => "/bundler/bin:#{CargoBuild.path}", "BUNDLER_ORIG_PATH" => CargoBuild.path) do
      refute_includes CargoBuild.env["PATH"], "/bundler/bin"
    end
  end

  def test_build_that_is_up_to_date_says_nothing
    assert_empty shown("    Finished `release` profile [optimized] target(s) in 0.08s\n")
    assert_empty shown("\e[1m\e[32m    Finished\e[0m `release` profile [optimized] target(s) in 0.08s\n")
  end

  def test_progress_is_summed_up
    text = shown(*["   Compiling libc v0.2.1\n"] * 60)
    assert_equal ["building the native extension; the first time takes a minute or two",
                  "25 crates compiled", "50 crates compiled"],
                 text.lines.map { |line| line.delete_prefix("tasker_core: ").chomp }.first(3)
    assert_match(/\Atasker_core: built in \d+ s\n\z/, text.lines.last)
  end

  def test_diagnostics_pass_through_unchanged
    diagnostics = ["error[E0583]: file not found\n", " --> ext/domain/src/lib.rs:8:1\n", "  |\n"]
    assert_equal diagnostics.join, shown(*diagnostics)
  end

  private

  def with_env(changes)
    before = ENV.to_h.slice(*changes.keys)
    ENV.update(changes)
    yield
  ensure
    changes.each_key { |name| ENV[name] = before[name] }
  end

  def shown(*lines)
    out = StringIO.new
    progress = BuildProgress.new(out)
    lines.each { |line| progress.show(line) }
    progress.done
    out.string
  end
end
