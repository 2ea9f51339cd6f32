//! A public suite of odd answers, where it is at hand.

use super::*;

/// Answers of real and malicious servers, from a public suite: what a fetcher should make of each.
#[tokio::test]
async fn public_suite_of_quirks() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/http-quirks/cases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: ../shared is absent ({})", path.display());
        return;
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the suite is an array");
    let verdicts = futures::future::join_all(cases.iter().map(quirk)).await;
    let wrong: Vec<String> = verdicts.into_iter().flatten().collect();
    println!("http-quirks: {} cases, wrong: {wrong:#?}", cases.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Replays one case; says what is wrong with the outcome.
async fn quirk(case: &serde_json::Value) -> Option<String> {
    let response =
        data_encoding::BASE64.decode(case["response_b64"].as_str().unwrap_or_default().as_bytes()).expect("base64");
    let (drip_ms, hangs) = (case["drip_ms"].as_u64(), case["hold"] == true);
    let stream = case["stream"].as_str().unwrap_or_default().as_bytes().to_vec();
    let server = Server::start(move |path, head| {
        let port = head.split("host: 127.0.0.1:").nth(1)?.split('\r').next()?.to_owned();
        let said = response.clone();
        match path {
            "/case" if hangs => Some(Act::Hang(said)),
            "/case" => Some(match drip_ms {
                Some(pause) => Act::Drip(said, b"a".to_vec(), Duration::from_millis(pause)),
                None if !stream.is_empty() => Act::Drip(said, stream.clone(), Duration::ZERO),
                None => Act::Say(
                    String::from_utf8(said)
                        .map_or_else(|error| error.into_bytes(), |text| text.replace("{{PORT}}", &port).into_bytes()),
                ),
            }),
            "/target" => say("200 OK", "", "x"),
            _ => None,
        }
    })
    .await;
    let url = server.url("/case");
    let got = fetcher(options()).get(ask(&url)).await;
    let expected = &case["expect"];
    let digest = |page: &Page| {
        use sha2::Digest;
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&page.body))
    };
    let is_body = |page: &Page| expected["body_sha256"].as_str().is_none_or(|hash| hash == digest(page));
    let went_to = server.paths().last().cloned().unwrap_or_default();
    let fits = match (expected["outcome"].as_str().unwrap_or_default(), &got) {
        ("ok" | "blocked-page" | "html", Ok(Fetched::Page(page))) => is_body(page),
        ("ok-or-protocol-error" | "ok-or-decode-error", Ok(Fetched::Page(page))) => is_body(page),
        ("ok-or-protocol-error" | "ok-or-decode-error", Err(FetchError::Broken(_))) => true,
        ("http-status", Err(FetchError::Status(status))) => expected["status"] == *status,
        ("backoff", Err(FetchError::Status(429 | 503))) => true,
        ("redirect", _) => expected["to"] == went_to.as_str(),
        ("error", Err(error)) => match expected["class_"].as_str().unwrap_or_default() {
            "too-large" => matches!(error, FetchError::TooLarge { .. }),
            "timeout" => matches!(error, FetchError::Timeout { .. }),
            "blocked" => {
                matches!(error, FetchError::AddressRefused { .. } | FetchError::Port(_) | FetchError::Scheme(_))
            }
            "blocked-by-resolver" => {
                matches!(error, FetchError::AddressRefused { .. } | FetchError::Dns { .. } | FetchError::Timeout { .. })
            }
            _ => matches!(error, FetchError::Broken(_) | FetchError::RedirectLoop | FetchError::TooManyRedirects),
        },
        _ => false,
    };
    let words = got.map_or_else(|error| error.to_string(), |_| "a page".to_owned());
    (!fits).then(|| format!("{}: {words}, expected {expected}", case["id"]))
}
