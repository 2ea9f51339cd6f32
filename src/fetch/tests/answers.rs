//! What becomes of an answer: headers, bodies, sizes and times.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

#[tokio::test]
async fn a_page_comes_whole_with_its_headers() {
    let body = b"<title>Hu\xe1\xbf</title>\x00\xff";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=tcvn\r\nETag: W/\"a b\"\r\nLast-Modified: Sat, 21 Nov 2026 08:00:00 GMT\r\n\
         X-Robots-Tag: noarchive\r\nX-Robots-Tag: nofollow\r\nX-Name: \u{1ebf}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let page = raw([head.as_bytes(), body].concat()).await.expect("a page");
    assert_eq!(page.body, body);
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=tcvn"));
    assert_eq!(page.robots_tag.as_deref(), Some("noarchive, nofollow"));
    assert_eq!(page.validators.etag.as_deref(), Some("W/\"a b\""));
    assert_eq!(page.validators.last_modified.as_deref(), Some("Sat, 21 Nov 2026 08:00:00 GMT"));
    assert_eq!((page.status, page.url.path()), (200, "/tin.html"));
}

#[tokio::test]
async fn who_is_asking_is_said() {
    let server = Server::start(|_, _| say("200 OK", "", "x")).await;
    let url = server.url("/a#b");
    let options = Options { user_agent: "toa".to_owned(), contact: "mail@a.gov.vn".to_owned(), ..options() };
    fetcher(options).get(ask(&url)).await.expect("a page");
    let log = server.log.lock().expect("no panic");
    let head = &log[1].to_lowercase();
    assert!(head.starts_with("get /a http/1.1"), "{head}");
    assert!(head.contains(&format!("user-agent: toa/{} (+mail@a.gov.vn)", env!("CARGO_PKG_VERSION"))), "{head}");
    assert!(
        head.contains("accept-encoding: gzip, br\r\n") && !head.contains("cookie") && !head.contains("referer"),
        "{head}"
    );
}

#[tokio::test]
async fn answers_that_are_no_page() {
    let check = async |bytes: &str, expected: &str| {
        let got = match raw(bytes).await {
            Ok(_) => "ok".to_owned(),
            Err(FetchError::Broken(_)) => "broken".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected, "{bytes:?}");
    };
    check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "ok").await;
    check("HTTP/1.0 200 OK\r\n\r\nhello", "ok").await;
    check("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "ok").await;
    check("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "ok")
        .await;
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", "ok").await;
    check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: utf-8\r\n\r\nhello", "ok").await;
    check("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "broken").await;
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "broken").await;
    check("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "broken").await;
    check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello", "broken").await;
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", "broken").await;
    check("<html>without a status</html>", "broken").await;
    check("HTTP/9.9 200 OK\r\n\r\nhello", "broken").await;
    check("", "broken").await;
    check(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(100_000)), "broken").await;
    check(&format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(1_000)), "broken").await;
    check("HTTP/1.1 204 No Content\r\n\r\n", "the server answered with status 204").await;
    check("HTTP/1.1 206 Partial\r\nContent-Length: 5\r\n\r\nhello", "the server answered with status 206").await;
    check("HTTP/1.1 304 Not Modified\r\n\r\n", "the server answered with status 304").await;
    check("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", "the server answered with status 404").await;
    check("HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", "the server answered with status 999").await;
    check("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "broken").await;
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).expect("memory");
    let body = encoder.finish().expect("memory");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

#[tokio::test]
async fn bodies_are_bounded() {
    let too_large = |limit_bytes| Err(FetchError::TooLarge { limit_bytes });
    let size = |page: Result<Page, FetchError>| page.map(|page| page.body.len());
    let plain = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", "a".repeat(length));
    assert_eq!(size(raw(plain(2_000_000)).await), Ok(2_000_000));
    assert_eq!(size(raw(plain(2_000_001)).await), too_large(2_000_000));
    assert_eq!(size(raw(gzipped(b"hello")).await), Ok(5));
    assert_eq!(size(raw(gzipped(&[b'a'; 900_000])).await), Ok(900_000));
    assert_eq!(size(raw(gzipped(&[b'a'; 20_000_000])).await), too_large(2_000_000));
    assert!(
        matches!(raw(gzipped(&[b'a'; 1_500_000])).await, Err(FetchError::TooLarge { limit_bytes }) if limit_bytes < 1_500_000)
    );
    let endless = || Act::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'a'; 60_000], Duration::ZERO);
    assert_eq!(size(one(endless).await), too_large(2_000_000));
}

#[tokio::test]
async fn feeds_may_be_larger_than_pages() {
    let server = Server::start(|path, _| {
        (path != "/robots.txt").then(|| Act::Say(answer("200 OK", "", &"a".repeat(3_000_000))))
    })
    .await;
    let url = server.url("/rss");
    let fetcher = fetcher(options());
    assert!(matches!(fetcher.get(ask(&url)).await, Err(FetchError::TooLarge { .. })));
    assert!(matches!(fetcher.get(Request { what: What::Feed, ..ask(&url) }).await, Ok(Fetched::Page(_))));
}

#[tokio::test]
async fn slow_servers_are_given_up() {
    let timeout = |stage| Err(FetchError::Timeout { stage });
    let status = |page: Result<Page, FetchError>| page.map(|page| page.status);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n";
    let silent = one(|| Act::Hang(Vec::new()));
    let half = one(|| Act::Drip(head.to_vec(), b"X: y\r\n".to_vec(), Duration::from_millis(200)));
    let drip = one(|| Act::Drip([head, b"\r\n".as_slice()].concat(), b"a".to_vec(), Duration::from_millis(50)));
    let (silent, half, drip) = tokio::join!(silent, half, drip);
    assert_eq!(status(silent), timeout(Stage::FirstByte));
    assert_eq!(status(half), timeout(Stage::FirstByte));
    assert_eq!(status(drip), timeout(Stage::Total));
}
