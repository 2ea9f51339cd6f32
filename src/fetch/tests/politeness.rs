//! robots.txt, validators, turns and pauses.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let server = Server::start(|path, head| match path {
        "/moved" => say("302 Found", "Location: /tin\r\n", ""),
        "/tin" if head.contains("if-none-match: \"v1\"\r\n") && head.contains("if-modified-since: yesterday\r\n") => {
            say("304 Not Modified", "", "")
        }
        "/tin" => say("200 OK", "ETag: \"v2\"\r\n", "x"),
        _ => None,
    })
    .await;
    let fetcher = fetcher(options());
    let known = Validators { etag: Some("\"v1\"".to_owned()), last_modified: Some("yesterday".to_owned()) };
    let url = server.url("/tin");
    assert!(matches!(fetcher.get(Request { validators: Some(&known), ..ask(&url) }).await, Ok(Fetched::NotModified)));
    assert!(matches!(fetcher.get(ask(&url)).await, Ok(Fetched::Page(_))));
    let moved = server.url("/moved");
    assert!(
        matches!(fetcher.get(Request { validators: Some(&known), ..ask(&moved) }).await, Ok(Fetched::Page(_))),
        "sent after a redirect"
    );
}

#[tokio::test]
async fn robots_decide_and_are_kept_for_a_day() {
    let clock = Clock::fixed("2026-11-21T08:00:00Z".parse::<Timestamp>().expect("a timestamp"));
    let serving = Arc::new(Mutex::new(answer("503 Busy", "", "")));
    let shown = serving.clone();
    let server = Server::start(move |path, _| match path {
        "/robots.txt" => Some(Act::Say(shown.lock().expect("no panic").clone())),
        _ => say("200 OK", "", "x"),
    })
    .await;
    let fetcher = Fetcher::new(options(), clock.clone()).expect("usable options");
    let url = server.url("/kin/1");
    let later = |minutes: i64| clock.set(clock.now() + jiff::SignedDuration::from_mins(minutes));
    let check = async |expected: &str| {
        let got = match fetcher.get(ask(&url)).await {
            Ok(_) => "page",
            Err(FetchError::RobotsDenied) => "denied",
            Err(FetchError::RobotsUnreachable { .. }) => "unreachable",
            Err(FetchError::Waiting { .. }) => "waiting",
            Err(error) => panic!("{error}"),
        };
        assert_eq!(got, expected);
    };
    let serve = |bytes: Vec<u8>| *serving.lock().expect("no panic") = bytes;

    check("unreachable").await;
    serve(answer(
        "200 OK",
        "Content-Type: text/plain\r\n",
        "User-agent: *\nDisallow: /kin/\nSitemap: /s.xml\nSitemap: mailto:a@b\n",
    ));
    check("unreachable").await;
    later(6);
    check("denied").await;
    assert_eq!(fetcher.sitemaps(&url).await, [server.url("/s.xml")]);
    assert_eq!(fetcher.allowed(&server.url("/mo"), &url).await, Ok(true));
    serve(answer("404 Not Found", "", ""));
    later(60 * 23);
    check("denied").await;
    later(61);
    check("page").await;
    serve(answer("200 OK", "Content-Type: text/html\r\n", "<html>\nUser-agent: *\nDisallow: /\n</html>"));
    later(60 * 25);
    check("page").await;
    let long = format!("User-agent: *\n#{}\nDisallow: /kin/\n", "x".repeat(600_000));
    serve(answer("200 OK", "", &long));
    later(60 * 25);
    check("page").await;
    serve(answer("429 Slow", "Retry-After: 600\r\n", ""));
    later(60 * 25);
    check("unreachable").await;
    later(6);
    check("waiting").await;
}

#[tokio::test]
async fn robots_behind_redirects() {
    let check = async |hops: u32, expected: Result<bool, ()>| {
        let server = Server::start(move |path, _| {
            let number: u32 = path.strip_prefix("/hop/").map_or(Some(0), |number| number.parse().ok())?;
            if number == hops {
                return say("200 OK", "", "User-agent: *\nDisallow: /\n");
            }
            say("302 Found", &format!("Location: /hop/{}\r\n", number + 1), "")
        })
        .await;
        let url = server.url("/a");
        assert_eq!(fetcher(options()).allowed(&url, &url).await.map_err(|_| ()), expected, "{hops} hops");
    };
    check(0, Ok(false)).await;
    check(5, Ok(false)).await;
    check(6, Ok(true)).await;
}

#[tokio::test]
async fn a_host_that_asks_for_a_pause_gets_it() {
    let clock = Clock::fixed("2026-11-21T08:00:00Z".parse::<Timestamp>().expect("a timestamp"));
    let server = Server::start(|path, _| match path {
        "/busy" => say("503 Busy", "Retry-After: Sat, 21 Nov 2026 08:10:00 GMT\r\n", ""),
        "/ok" => say("200 OK", "", "x"),
        _ => None,
    })
    .await;
    let fetcher = Fetcher::new(options(), clock.clone()).expect("usable options");
    let (busy, ok) = (server.url("/busy"), server.url("/ok"));
    assert_eq!(fetcher.get(ask(&busy)).await.map(|_| ()), Err(FetchError::Status(503)));
    let until: Timestamp = "2026-11-21T08:10:00Z".parse().expect("a timestamp");
    assert_eq!(fetcher.get(ask(&ok)).await.map(|_| ()), Err(FetchError::Waiting { until }));
    clock.set(until);
    assert!(fetcher.get(ask(&ok)).await.is_ok());
    assert_eq!(server.paths(), ["/robots.txt", "/busy", "/ok"]);
}

#[tokio::test]
async fn one_request_at_a_time_and_a_pause_between() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => say("200 OK", "", "User-agent: *\nCrawl-delay: 0.05\n"),
        _ => say("200 OK", "", "x"),
    })
    .await;
    let fetcher = fetcher(options());
    let url = server.url("/a");
    let start = Instant::now();
    let all = futures::future::join_all((0..6).map(|_| fetcher.get(ask(&url)))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(server.most.load(Ordering::SeqCst), 1);
    assert_eq!(server.paths().iter().filter(|path| *path == "/robots.txt").count(), 1);
    assert!(start.elapsed() >= Duration::from_millis(6 * 50), "{:?}", start.elapsed());
}
