# frozen_string_literal: true

module Gate
  # A kind of figure.
  #
  # name:: what it is called in tables and in the file
  # of:: by what of the platform it changes, beside the code
  Kind = Struct.new(:name, :of)

  # What each store is measured by.
  KINDS = [
    # Of the engine's own code, SQLite's included: the compilers decide about it.
    Kind.new("instructions", %w[machine rustc cc]),
    # Those of the system's libraries, too: its memory is theirs.
    Kind.new("instructions with libc", %w[machine rustc cc libc]),
    Kind.new("statements", []),
    # How often the server is waited for.
    Kind.new("round trips", []),
    # To the database's files, as the system counts it.
    Kind.new("bytes written", %w[machine]),
    Kind.new("bytes of WAL", %w[PostgreSQL]),
    # Pages that the server looked at.
    Kind.new("pages", %w[PostgreSQL])
  ].to_h { |kind| [kind.name, kind] }.freeze
end
