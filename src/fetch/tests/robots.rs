//! How a robots.txt is come by, where a public suite of situations is at hand (RFC 9309 §2.3 to §2.5).

use serde_json::Value;

use super::*;

#[tokio::test]
async fn public_suite_of_retrievals() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/http-quirks/robots_fetch.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: ../shared is absent ({})", path.display());
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the suite is an array");
    let verdicts = futures::future::join_all(cases.iter().map(situation)).await;
    let (done, wrong): (Vec<_>, Vec<_>) = verdicts.into_iter().flatten().partition(Result::is_ok);
    println!("robots_fetch: {} cases, {} put to the fetcher, wrong: {wrong:#?}", cases.len(), done.len() + wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Puts one situation to the fetcher. Nothing when it is told in words that no server can act out here; the unit tests of
/// the rules' age cover those.
async fn situation(case: &Value) -> Option<Result<(), String>> {
    const RULES: &str = "User-agent: *\nDisallow: /\n";
    let steps: Vec<Value> = case["robots_fetch"].as_array()?.clone();
    let id = case["id"].as_str()?.to_owned();
    let body = match id.as_str() {
        "size-500KiB" => format!("#{}\n{RULES}", "x".repeat(511_000 - 2)),
        "size-50MB" => format!("{RULES}{}", format!("Disallow: /{}\n", "x".repeat(90)).repeat(500_000)),
        "utf8-bom" => format!("\u{feff}{RULES}"),
        "empty-200" => String::new(),
        _ => RULES.to_owned(),
    };
    let is_told_in_words = steps.iter().any(|step| matches!(step.as_str(), Some(step) if step.contains("ago")));
    if is_told_in_words || id == "cache-over-24h" {
        return None;
    }
    let expected = case["expect"].as_str()?.to_owned();
    if steps[0] == "dns-error" {
        let url = Url::parse("http://khong-co.invalid/a").expect("a URL");
        return Some(judge(&id, &expected, &fetcher(options()).allowed(&url, &url).await));
    }
    let server = Server::start(move |path, _| {
        let step = match path {
            "/robots.txt" => 0,
            path => path.strip_prefix("/hop/")?.parse::<usize>().ok()?,
        };
        match steps.get(step)?.as_u64() {
            Some(status @ 300..=399) => say(&format!("{status} X"), &format!("Location: /hop/{}\r\n", step + 1), ""),
            Some(status) if status != 200 => say(&format!("{status} X"), "", ""),
            None if steps[step] == "timeout" => Some(Act::Hang(Vec::new())),
            _ => say("200 OK", "Content-Type: text/plain\r\n", &body),
        }
    })
    .await;
    let url = server.url("/a");
    Some(judge(&id, &expected, &fetcher(options()).allowed(&url, &url).await))
}

fn judge(id: &str, expected: &str, got: &Result<bool, FetchError>) -> Result<(), String> {
    let fits = match expected {
        "allow-all" => *got == Ok(true),
        "disallow-all" => got.is_err(),
        // The rules of every such case close the site.
        _ => *got == Ok(false),
    };
    if fits { Ok(()) } else { Err(format!("{id}: {got:?}, expected {expected}")) }
}
