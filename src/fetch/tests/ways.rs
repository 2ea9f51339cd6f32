//! Where a request may go: redirects, refused addresses, closed doors.

use super::*;

#[tokio::test]
async fn redirects_are_followed_with_every_check() {
    let canary = Server::start_at("127.0.0.2:0", |_, _| say("200 OK", "", "secret")).await;
    let canary_url = canary.url("/latest/meta-data/");
    let log = canary.log.clone();
    let to_canary = canary_url.to_string();
    let server = Server::start(move |path, _| match path {
        "/ok" => say("200 OK", "", "x"),
        "/relative" => say("302 Found", "Location: ok\r\n", ""),
        "/absolute" => say("308 Moved", "Location: //127.0.0.1:1/../ok\r\n", ""),
        "/vietnamese" => say("301 Moved", "Location: /tin-tức#x\r\n", ""),
        "/tin-t%E1%BB%A9c" => say("200 OK", "", "x"),
        "/closed" => say("302 Found", "Location: /kin/1\r\n", ""),
        "/loop" => say("302 Found", "Location: /loop#again\r\n", ""),
        "/canary" => say("302 Found", &format!("Location: {to_canary}\r\n"), ""),
        "/mapped" => say("302 Found", "Location: http://[::ffff:10.0.0.1]/\r\n", ""),
        "/file" => say("302 Found", "Location: file:///etc/passwd\r\n", ""),
        "/robots.txt" => say("200 OK", "", "User-agent: lantoa\nDisallow: /kin/\n"),
        path => {
            let number: u32 = path.strip_prefix("/far/")?.parse().ok()?;
            say("302 Found", &format!("Location: /far/{}\r\n", number + 1), "")
        }
    })
    .await;
    let fetcher = fetcher(Options { allow_ports: vec![80, 443, canary.address.port()], ..options() });
    let check = async |path: &str, expected: &str| {
        let url = server.url(path);
        let got = match fetcher.get(ask(&url)).await {
            Ok(Fetched::Page(page)) => format!("{} for {}", page.url.path(), page.requested.path()),
            Ok(Fetched::NotModified) => "not modified".to_owned(),
            Err(error) => format!("{error:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
        };
        assert_eq!(got, expected, "{path}");
    };
    check("/relative", "/ok for /relative").await;
    check("/vietnamese", "/tin-t%E1%BB%A9c for /vietnamese").await;
    check("/absolute", "Port").await;
    check("/closed", "RobotsDenied").await;
    check("/kin/1", "RobotsDenied").await;
    check("/loop", "RedirectLoop").await;
    check("/far/1", "TooManyRedirects").await;
    check("/file", "Scheme").await;
    check("/mapped", "AddressRefused").await;
    check("/canary", "AddressRefused").await;
    assert_eq!(server.paths().iter().filter(|path| path.starts_with("/far/")).count(), 11);
    assert_eq!(server.paths().iter().filter(|path| *path == "/robots.txt").count(), 1);

    let mut named = canary_url.clone();
    named.set_host(Some("localhost")).expect("a host");
    let strict =
        Fetcher::new(Options { allow_networks: Vec::new(), ..options() }, Clock::System).expect("usable options");
    assert!(
        matches!(strict.get(ask(&named)).await, Err(FetchError::AddressRefused { .. })),
        "a name that leads to loopback"
    );
    assert!(matches!(strict.get(ask(&canary_url)).await, Err(FetchError::AddressRefused { .. })));
    assert!(log.lock().expect("no panic").is_empty());
}

#[tokio::test]
async fn refused_addresses_see_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let strict = fetcher(Options { allow_networks: Vec::new(), allow_ports: vec![port], ..options() });
    for host in
        ["127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "user:word@127.0.0.1"]
    {
        let url = Url::parse(&format!("http://{host}:{port}/")).expect("a URL");
        let error = strict.get(ask(&url)).await.expect_err("refused");
        // Some resolvers know no `localhost.` with a dot.
        let is_refused = matches!(error, FetchError::AddressRefused { .. } | FetchError::Dns { .. });
        assert!(is_refused, "{host}: {error}");
    }
    assert!(tokio::time::timeout(Duration::from_millis(50), listener.accept()).await.is_err(), "someone connected");
}

#[tokio::test]
async fn a_closed_port_and_a_missing_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let closed = Url::parse(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("a URL");
    drop(listener);
    let error = fetcher(options()).get(ask(&closed)).await.expect_err("nobody listens");
    assert!(matches!(error, FetchError::Refused), "{error}");
    let missing = Url::parse("http://khong-co.invalid/").expect("a URL");
    let error = fetcher(options()).get(ask(&missing)).await.expect_err("no such name");
    assert!(matches!(error, FetchError::Dns { .. } | FetchError::Timeout { .. }), "{error}");
}
