# frozen_string_literal: true

require "minitest/autorun"
require_relative "repository"

# Promises of the texts beside the code.
class TextsTest < Minitest::Test
  LINK = /\[[^\]]*\]\(([^)\s]+)\)/

  def test_links_between_the_documents_lead_somewhere
    broken = Repository.files("**/*.md").flat_map do |file|
      targets = Repository.read(file).gsub(/^```.*?^```/m, "").scan(LINK).flatten
      targets.reject { |target| leads_somewhere?(file, target) }.map { |target| "#{file}: #{target}" }
    end
    assert_empty broken
  end

  def test_every_rubocop_setting_has_its_reason_above_it
    lines = Repository.read(".rubocop.yml").lines
    without = lines.each_index.select { |at| reason_wanted?(lines, at) && !lines[at - 1].strip.start_with?("#") }
    assert_empty lines.values_at(*without).map(&:strip)
  end

  def test_scripts_can_be_run_and_stop_at_the_first_error
    scripts = Repository.files("{bin,.ci}/*").select { |file| Repository.read(file).start_with?("#!/usr/bin/env bash") }
    assert_operator scripts.size, :>=, 4
    scripts.each do |file|
      assert File.executable?(Repository.path(file)), "#{file} can't be executed"
      assert_match(/^set -euo pipefail$/, Repository.read(file), file)
    end
  end

  private

  def leads_somewhere?(file, target)
    return true if target.match?(/\A(https?:|mailto:|#)/)

    File.exist?(File.expand_path(target.sub(/#.*/, ""), File.dirname(Repository.path(file))))
  end

  # A cop's name; below AllCops, where each setting is a subject of its own, each setting.
  def reason_wanted?(lines, at)
    return true if lines[at].match?(%r{\A\w+/\w+:})

    lines[at].match?(/\A  \w+:/) && lines[0...at].grep(/\A\S+:$/).last == "AllCops:\n"
  end
end
