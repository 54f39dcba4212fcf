# frozen_string_literal: true

require "open3"
require "tmpdir"
require_relative "program"

module Gate
  # Counts the instructions of each phase under valgrind, whose processor does one after the other: they are the same
  # however busy the machine is.
  class Callgrind
    # One function, through which each phase goes, and nothing else.
    MEASURED = "*measure_phase"
    # libc takes another memcpy where the processor has other instructions: here it takes what all have. What the engine
    # itself asks the processor for is little: bytes are looked for with AVX2, where it is there.
    LIBC = "glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX2,-AVX,-ERMS,-SSSE3,-SSE4_1,-SSE4_2,-BMI2"
    # Positions are of no use here, and make the files large.
    OPTIONS = ["--tool=callgrind", "--zero-before=#{MEASURED}", "--dump-after=#{MEASURED}", "--dump-line=no"].freeze

    # @return [Boolean]
    def self.there? = !CargoBuild.executable("valgrind", ENV.fetch("PATH")).nil?

    # @param program [Program]
    def initialize(program)
      @program = program
    end

    # @param url [String] of an empty database
    # @return [Array<Hash{String => Integer}>] for each phase the instructions by the file that they are in
    # @raise [Failure]
    def run(url)
      raise Failure, "valgrind is missing: bin/setup installs it" unless self.class.there?

      Dir.mktmpdir("gate") do |folder|
        out = File.join(folder, "out")
        command = ["valgrind", *OPTIONS, "--callgrind-out-file=#{out}", @program.path, url]
        output, status = Open3.capture2e({ "GLIBC_TUNABLES" => LIBC }, *command, stdin_data: "")
        raise Failure, "#{output}\nvalgrind failed, see above" unless status.success?

        # The last one is what came after the last phase.
        files = Dir["#{out}.*"].sort_by { |file| Integer(file[/\d+\z/], 10) }
        files.map { |file| instructions(File.foreach(file)) }.reject(&:empty?)
      end
    end

    # Adds up what was counted in each file of code; what was counted in a function that is called from there is told
    # again in the line after "calls=", and left out.
    # @param lines [Enumerable<String>] in the format of callgrind
    # @return [Hash{String => Integer}]
    def instructions(lines)
      names = {}
      sums = Hash.new(0)
      object = nil
      called = false
      lines.each do |line|
        case line
        when /\Aob=(\(\d+\))(?: (.*))?$/ then object = name(names, *Regexp.last_match.captures)
        when /\Acob=(\(\d+\))(?: (.*))?$/ then name(names, *Regexp.last_match.captures)
        when /\Acalls=/ then called = true
        when /\A[+\-*\d]\S* (\d+)$/
          sums[object] += Integer(Regexp.last_match(1), 10) unless called
          called = false
        end
      end
      sums
    end

    private

    # A name is told in full where it stands for the first time.
    def name(names, number, text)
      names[number] = text if text
      names.fetch(number)
    end
  end
end
