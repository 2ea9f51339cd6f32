//! The plain HTTP cases of curl's own test suite, where they are at hand: what curl takes for an answer is one here, and
//! what curl gives up on is an error.

use data_encoding::BASE64;
use serde_json::Value;

use super::*;

/// Cases that end in another way here, with the reason.
const KNOWN: [(&str, &str); 10] = [
    ("curl-54", "a redirect to nowhere is an error and no page"),
    ("curl-396", "zstd was not asked for"),
    ("curl-1090", "chunk sizes that end in a bare LF are refused by the HTTP library"),
    ("curl-1124", TRANSFER),
    ("curl-1125", TRANSFER),
    ("curl-1170", TRANSFER),
    ("curl-1171", TRANSFER),
    ("curl-1617", TRANSFER),
    ("curl-1270", "the redirect is followed, and its host does not exist"),
    ("curl-2305", "two gzip members in a row are one body (RFC 1952 §2.2)"),
];

const TRANSFER: &str = "a compressing transfer coding, which is never asked for here";

#[tokio::test]
async fn public_suite_of_curl() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/http-curl/cases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: ../shared is absent ({})", path.display());
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the suite is an array");
    let verdicts = futures::future::join_all(cases.iter().map(replay)).await;
    let wrong: Vec<String> = verdicts.into_iter().flatten().collect();
    println!("http-curl: {} cases, {} known to differ, wrong: {wrong:#?}", cases.len(), KNOWN.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Replays one case; says what is wrong with the outcome.
async fn replay(case: &Value) -> Option<String> {
    let unpack = |text: &Value| BASE64.decode(text.as_str().unwrap_or_default().as_bytes()).expect("base64");
    let first = unpack(&case["response_b64"]);
    let more: Vec<Vec<u8>> =
        case["more_responses_b64"].as_object().map_or_else(Vec::new, |more| more.values().map(unpack).collect());
    let served = Mutex::new(std::iter::once(first).chain(more).collect::<std::collections::VecDeque<_>>());
    let server = Server::start(move |path, _| {
        let mut served = served.lock().expect("no panic");
        let next = if served.len() > 1 { served.pop_front() } else { served.front().cloned() };
        (path != "/robots.txt").then(|| Act::Say(next.unwrap_or_default()))
    })
    .await;
    let url = server.url("/case");
    let words: Vec<&str> = case["command"].as_str().unwrap_or_default().split([' ', '=']).collect();
    let limit = words.iter().position(|word| *word == "--max-filesize").and_then(|at| words.get(at + 1)?.parse().ok());
    let what = limit.map_or(What::Page, |max_bytes| What::File { max_bytes });
    let got = fetcher(options()).get(Request { what, ..ask(&url) }).await;
    let exit = case["curl_exit"].as_i64().unwrap_or_default();
    let fits = match &got {
        Ok(_) => exit == 0,
        // curl takes a page of any status for an answer, and stops at a redirect unless it was told to follow.
        Err(FetchError::Status(_)) => exit == 0,
        Err(FetchError::RedirectLoop | FetchError::TooManyRedirects) => exit == 0 || exit == 47,
        Err(_) => exit != 0,
    };
    let id = case["id"].as_str().unwrap_or_default();
    let is_known = KNOWN.iter().any(|(known, _)| *known == id);
    let words = got.map_or_else(|error| format!("{error:?}"), |_| "a page".to_owned());
    (!fits && !is_known).then(|| format!("{id} {}: {words}, curl ends with {exit}", case["name"]))
}
