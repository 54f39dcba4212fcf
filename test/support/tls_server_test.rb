# frozen_string_literal: true

require "minitest/autorun"
require "openssl"
require "tmpdir"
require_relative "postgres"

# A PostgreSQL with a certificate.
class TlsServerTest < Minitest::Test
  def setup
    @folder = Dir.mktmpdir
    key = OpenSSL::PKey::RSA.new(2048)
    write("key", key.to_pem)
    write("cert", certificate(key).to_pem)
  end

  def teardown = FileUtils.remove_entry(@folder)

  def test_certificate_is_shown_to_clients
    Postgres.with_server("--tls-cert", path("cert"), "--tls-key", path("key"), "--tls-ca", path("cert"),
                         "--hba", "hostnossl all all all reject") do |server|
      url = server.url.sub("127.0.0.1", "localhost")
      used = Postgres.connect("#{url}?sslmode=verify-full&sslrootcert=#{path("cert")}") do |connection|
        connection.exec("select ssl from pg_stat_ssl where pid = pg_backend_pid()").values
      end
      assert_equal [["t"]], used
      assert_raises(PG::ConnectionBad) { Postgres.connect("#{url}?sslmode=disable") { nil } }
    end
  end

  private

  def certificate(key)
    name = OpenSSL::X509::Name.parse("/CN=localhost")
    OpenSSL::X509::Certificate.new.tap do |certificate|
      certificate.subject = certificate.issuer = name
      certificate.public_key = key
      certificate.serial = 1
      certificate.not_before = Time.now - 60
      certificate.not_after = Time.now + 3600
      certificate.sign(key, "SHA256")
    end
  end

  def path(name) = File.join(@folder, "#{name}.pem")

  def write(name, text) = File.write(path(name), text)
end
