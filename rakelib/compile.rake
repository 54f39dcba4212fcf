# frozen_string_literal: true

require_relative "../ext/tasker_core/cargo_build"

desc "Build the native extension in release mode"
task :compile do
  CargoBuild.new.call
rescue CargoBuild::Failure => e
  abort "tasker_core: #{e.message}"
end
