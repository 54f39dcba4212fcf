# frozen_string_literal: true

module Gate
  # A kind of figure.
  #
  # name:: what it is called in tables and in the file
  # of:: what of the platform changes it, beside the code
  # least:: how much more a step has to cost to be worth a word
  Kind = Struct.new(:name, :of, :least, keyword_init: true)

  # What a step is measured by.
  KINDS = [
    # Of the engine's own code, SQLite's included: the compilers decide about it.
    Kind.new(name: "instructions", of: %w[machine rustc cc], least: 0),
    # Those of the system's libraries, too: memory is theirs.
    Kind.new(name: "instructions with libc", of: %w[machine rustc cc libc], least: 0),
    Kind.new(name: "statements", of: [], least: 0),
    # How often the server is waited for.
    Kind.new(name: "round trips", of: [], least: 0),
    # To files, as the system counts it. A phase that writes nothing has the line in it that it says at its end.
    Kind.new(name: "bytes written", of: %w[machine], least: 1),
    # Here a read may leave a note of what it found on a page.
    Kind.new(name: "bytes of WAL", of: %w[PostgreSQL], least: 1),
    # Those that the server looked at.
    Kind.new(name: "pages", of: %w[PostgreSQL], least: 0)
  ].to_h { |kind| [kind.name, kind] }.freeze
end
