# frozen_string_literal: true

# For `gem install`: checks what the build needs, then writes a Makefile that hands over to Cargo.
require "mkmf"
require_relative "cargo_build"

build = CargoBuild.new
begin
  build.check_cargo
  build.pin_rutie
rescue CargoBuild::Failure => e
  abort "tasker_core: #{e.message}"
end

# Cargo's output, some hundred megabytes, goes to a folder of this build, which is removed once the library is in place.
# Where the person who installs has named a folder of their own, it is used and kept.
File.write("Makefile", <<~MAKEFILE)
  RUBY = #{RbConfig.ruby}
  LIBRARY = #{CargoBuild::LIBRARY}
  sitearchdir = #{RbConfig::CONFIG["sitearchdir"]}
  FOLDER = $(DESTDIR)$(sitearchdir)/tasker_core

  ifndef CARGO_TARGET_DIR
  OWN_TARGET = #{File.expand_path("target")}
  export CARGO_TARGET_DIR = $(OWN_TARGET)
  endif

  all:
  \t"$(RUBY)" "#{File.expand_path("cargo_build.rb", __dir__)}" "$(LIBRARY)"

  install: all
  \tmkdir -p "$(FOLDER)"
  \tcp "$(LIBRARY)" "$(FOLDER)/$(LIBRARY)"
  \t$(if $(OWN_TARGET),rm -rf "$(OWN_TARGET)")

  clean:
  \trm -f "$(LIBRARY)"
  \t$(if $(OWN_TARGET),rm -rf "$(OWN_TARGET)")

  distclean realclean: clean
  \trm -f Makefile mkmf.log

  .PHONY: all install clean distclean realclean
MAKEFILE
