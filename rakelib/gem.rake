# frozen_string_literal: true

require "tmpdir"

# What a user's first two lines see: the installed gem and nothing of this checkout.
SMOKE = <<~'RUBY'
  require "tasker_core"
  coordinator = TaskerCore.create_coordinator("sqlite::memory:")
  puts "tasker_core #{TaskerCore::VERSION} from #{$LOADED_FEATURES.grep(/tasker_core\.(so|bundle)\z/).first}: #{coordinator.inspect}"
  coordinator.close
RUBY

namespace :gem do
  desc "Build the gem into pkg"
  task :build do
    mkdir_p "pkg", verbose: false
    sh "gem", "build", "tasker_core.gemspec", "--output", "pkg/tasker_core.gem"
  end

  desc "Install the built gem into an empty folder and use it from there"
  task smoke: :build do
    package = File.expand_path("pkg/tasker_core.gem")
    Dir.mktmpdir("tasker_core-smoke") do |home|
      # Bundler would put this checkout before the installed gem.
      env = { "GEM_HOME" => home, "GEM_PATH" => nil, "RUBYOPT" => nil, "RUBYLIB" => nil, "BUNDLE_GEMFILE" => nil }
      sh env, "gem", "install", "--local", "--no-document", package, chdir: home
      sh env, RbConfig.ruby, "-w", "-e", SMOKE, chdir: home
      sh env, RbConfig.ruby, File.join(home, "bin", "tasker-worker"), "--version", chdir: home
    end
  end
end
