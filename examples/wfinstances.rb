#!/usr/bin/env ruby
# frozen_string_literal: true

# Runs a recorded scientific workflow (a trace in WfFormat 1.5, see wfinstances/README.md) as a task: each step waits as
# long as its task took when it was recorded, times --scale.
#
#   ruby examples/wfinstances.rb trace.json --scale 0.01

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)

require_relative "wfinstances/command"

exit WfInstances::Command.run(ARGV) if File.identical?($PROGRAM_NAME, __FILE__)
