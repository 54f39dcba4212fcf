use std::time::Duration;

use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::*;

fn parse(url: &str) -> Result<Address, String> {
    Address::parse_in(url, |_| None)
}

fn read(url: &str) -> Address {
    parse(url).unwrap_or_else(|why| panic!("{url}: {why}"))
}

fn refusal(url: &str) -> String {
    match parse(url) {
        Ok(address) => panic!("{url} was read as {address:?}"),
        Err(why) => why,
    }
}

fn config(address: &Address) -> &Config {
    &address.servers[0].config
}

fn places(address: &Address) -> Vec<String> {
    address.servers(0).map(Server::to_string).collect()
}

#[test]
fn a_url_is_taken_apart_as_libpq_does_it() {
    for scheme in ["postgres", "postgresql"] {
        let address = read(&format!(
            "{scheme}://ann:p%40ss%27%5C@db.example.com:6543/app?options=-c%20a%3Db"
        ));
        assert_eq!(places(&address), ["db.example.com:6543"]);
        assert_eq!(config(&address).get_user(), Some("ann"));
        assert_eq!(config(&address).get_password(), Some(&b"p@ss'\\"[..]));
        assert_eq!(config(&address).get_dbname(), Some("app"));
        assert_eq!(config(&address).get_options(), Some("-c a=b"));
    }
    let bare = read("postgres://db");
    assert_eq!(places(&bare), ["db:5432"]);
    assert_eq!(config(&bare).get_user(), None);
    assert_eq!(bare.describe(), "PostgreSQL at db:5432");
}

#[test]
fn an_at_sign_in_the_query_ends_no_password() {
    let address = read("postgres://ann@db/app?application_name=a@b");
    assert_eq!(config(&address).get_application_name(), Some("a@b"));
    assert_eq!(places(&address), ["db:5432"]);
}

#[test]
fn a_question_mark_in_a_password_ends_nothing() {
    let address = read("postgres://ann:why?@db/app");
    assert_eq!(config(&address).get_password(), Some(&b"why?"[..]));
}

#[test]
fn hosts_may_be_many_and_of_every_kind() {
    let cases: [(&str, &[&str]); 8] = [
        ("postgres://a,b:1,[::1]:2/x", &["a:5432", "b:1", "[::1]:2"]),
        ("postgres://a:7,b:7/x", &["a:7", "b:7"]),
        ("postgres:///x?host=a,b&port=7", &["a:7", "b:7"]),
        ("postgres://a/x?host=b", &["b:5432"]),
        ("postgres:///x?hostaddr=10.0.0.1", &["10.0.0.1:5432"]),
        ("postgres:///x?host=/run/pg&port=7", &["/run/pg/.s.PGSQL.7"]),
        ("postgres:///x?host=%2Frun%2Fpg", &["/run/pg/.s.PGSQL.5432"]),
        ("postgres://%2Frun%2Fpg:7/x", &["/run/pg/.s.PGSQL.7"]),
    ];
    for (url, expected) in cases {
        assert_eq!(places(&read(url)), expected, "{url}");
    }
    let named = read("postgres://db/x?hostaddr=10.0.0.1");
    let host = Host::Tcp("db".to_owned(), Some("10.0.0.1".parse().unwrap()));
    assert_eq!(named.servers[0].host, host);
}

#[test]
fn hosts_that_share_the_load_are_tried_from_another_one_on() {
    let address = read("postgres://a,b,c/x?load_balance_hosts=random");
    let hosts = |turn| -> String {
        address
            .servers(turn)
            .map(|server| server.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(hosts(3), "a:5432 b:5432 c:5432");
    assert_eq!(hosts(4), "b:5432 c:5432 a:5432");
    assert_eq!(hosts(u64::MAX - 1), "c:5432 a:5432 b:5432");
    assert_eq!(places(&read("postgres://a,b/x")), ["a:5432", "b:5432"]);
}

#[test]
fn a_dead_peer_is_noticed_in_seconds_unless_the_url_says_otherwise() {
    let seconds = Duration::from_secs;
    let address = read("postgres://db/x");
    let config = config(&address);
    assert_eq!(config.get_application_name(), Some("tasker_core"));
    assert_eq!(config.get_connect_timeout(), Some(&seconds(5)));
    assert!(config.get_keepalives());
    assert_eq!(config.get_keepalives_idle(), seconds(10));
    assert_eq!(config.get_keepalives_interval(), Some(seconds(5)));
    assert_eq!(config.get_keepalives_retries(), Some(3));
    assert_eq!(config.get_tcp_user_timeout(), Some(&seconds(15)));

    let address = read(
        "postgres://db/x?application_name=shop&connect_timeout=0&keepalives=0&keepalives_count=9\
         &tcp_user_timeout=2500&target_session_attrs=read-write",
    );
    let config = self::config(&address);
    assert_eq!(config.get_application_name(), Some("shop"));
    assert_eq!(config.get_connect_timeout(), None);
    assert!(!config.get_keepalives());
    assert_eq!(config.get_keepalives_retries(), Some(9));
    assert_eq!(
        config.get_tcp_user_timeout(),
        Some(&Duration::from_millis(2500))
    );
    assert_eq!(
        config.get_target_session_attrs(),
        TargetSessionAttrs::ReadWrite
    );
    let address = read("postgres://db/x?tcp_user_timeout=0");
    assert_eq!(self::config(&address).get_tcp_user_timeout(), None);
}

#[test]
fn what_the_url_leaves_out_is_taken_from_the_environment() {
    let environment = |name: &str| match name {
        "PGUSER" => Some("ann".to_owned()),
        "PGPASSWORD" => Some("secret".to_owned()),
        _ => None,
    };
    let at = |url| Address::parse_in(url, environment).unwrap();
    for url in [
        "postgres://db/x",
        "postgres://:@db/x",
        "postgres://db/x?user=&password=",
    ] {
        let address = at(url);
        assert_eq!(config(&address).get_user(), Some("ann"), "{url}");
        assert_eq!(
            config(&address).get_password(),
            Some(&b"secret"[..]),
            "{url}"
        );
    }
    let address = at("postgres://bob:own@db/x");
    assert_eq!(config(&address).get_user(), Some("bob"));
    assert_eq!(config(&address).get_password(), Some(&b"own"[..]));
}

#[test]
fn tls_is_asked_for_over_tcp_only() {
    let modes = |url| -> Vec<SslMode> {
        read(url)
            .servers
            .iter()
            .map(|server| server.config.get_ssl_mode())
            .collect()
    };
    assert_eq!(modes("postgres://a/x"), [SslMode::Prefer]);
    assert_eq!(modes("postgres://a/x?sslmode=disable"), [SslMode::Disable]);
    assert_eq!(
        modes("postgres://a/x?sslmode=verify-full"),
        [SslMode::Require]
    );
    let both = "postgres:///x?host=/run/pg,a";
    assert_eq!(modes(both), [SslMode::Disable, SslMode::Prefer]);
}

#[test]
fn what_is_wrong_is_named_with_its_key() {
    let cases = [
        ("mysql://db/x", "postgres://"),
        ("postgres:db/x", "postgres://"),
        ("postgres:///x", "names no host"),
        ("postgres://:7/x", "names no host"),
        ("postgres://a,,b/x", "names no host"),
        ("postgres://a:0/x", "port"),
        ("postgres://a:65536/x", "port"),
        ("postgres://a:b/x", "port"),
        ("postgres://[::1/x", "IPv6"),
        ("postgres://[::1]7/x", "IPv6"),
        ("postgres://a,b/x?port=1,2,3", "numbers of its hosts"),
        ("postgres://a,b/x?hostaddr=10.0.0.1", "numbers of its hosts"),
        ("postgres://a/x?hostaddr=b", "hostaddr"),
        ("postgres:///x?host=/run/pg&hostaddr=10.0.0.1", "hostaddr"),
        ("postgres://a/x?connect_timeout=soon", "connect_timeout"),
        ("postgres://a/x?tcp_user_timeout=-1", "tcp_user_timeout"),
        ("postgres://a/x?keepalives_count=many", "keepalives_retries"),
        (
            "postgres://a/x?target_session_attrs=best",
            "target_session_attrs",
        ),
        ("postgres://a/x?pool=5", "its key pool is not known"),
        ("postgres://a/x?pool", "has no ="),
        ("postgres://a/x?user=%ff", "user isn't UTF-8"),
        ("postgres://a/%00", "dbname holds a NUL"),
        ("postgres://a/x?channel_binding=require", "sslmode=require"),
        ("postgres://%2Frun%2Fpg/x?sslmode=require", "/run/pg"),
        (
            "postgres:///x?host=/run/pg&sslmode=verify-full",
            "sslmode=verify-full",
        ),
    ];
    for (url, expected) in cases {
        let why = refusal(url);
        assert!(why.contains(expected), "{url}: {why}");
    }
}

#[test]
fn no_message_shows_a_password() {
    let address = read("postgres://ann:hunter2@db:7/app?sslmode=require");
    assert_eq!(address.describe(), "PostgreSQL database app at db:7");
    let shown = format!("{address:?}");
    assert!(
        shown.contains("db") && !shown.contains("hunter2"),
        "{shown}"
    );
    for url in [
        "postgres://ann:hunter2@db:x/app",
        "postgres://ann:hunter2@/app",
        "postgres://ann:hunter2@db/app?pool=5",
        "postgres://ann:hunter2@db/app?keepalives=x",
        "postgres://db/app?password=hunter2&port=x",
        "postgres://db/app?password=a&hunter2",
        "mysql://ann:hunter2@db/app",
    ] {
        let why = refusal(url);
        assert!(!why.contains("hunter2"), "{url}: {why}");
    }
}

#[test]
fn addresses_are_equal_when_their_urls_are() {
    assert_eq!(read("postgres://db/x"), read("postgres://db/x"));
    assert_ne!(read("postgres://db/x"), read("postgres://db/y"));
}
