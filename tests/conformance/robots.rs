//! robots.txt: the protocol part of one large suite whole, of another the cases with one legal product token.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::{Tally, inspect, suite, text};

#[test]
fn google() {
    let Some(mut cases) = suite("robots-google/cases.json") else { return };
    // The rest are that company's own habits: misspelt words as rules, lines cut at 16 KB.
    cases.retain(|case| case["google_only"] == false);
    let inputs: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "robots_b64": BASE64.encode(text(case, "robots").as_bytes()), "agent": case["agent"], "url": case["url"] }))
        .collect();
    check(Tally::of("robots-google", &[]), &cases, &inputs);
}

#[test]
fn crawler_commons() {
    let Some(mut cases) = suite("robots-crawler-commons/cases.json") else { return };
    cases.retain(|case| case["rfc_token"] == true);
    let inputs: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "robots_b64": case["robots_b64"], "agent": case["agents"][0], "url": case["url"] }))
        .collect();
    let known = &[("ccrobots-313", "a Crawl-delay of an hour closes the site there; RFC 9309 does not know the line")];
    check(Tally::of("robots-crawler-commons", known), &cases, &inputs);
}

fn check(mut tally: Tally, cases: &[Value], inputs: &[Value]) {
    for (case, found) in cases.iter().zip(inspect("robots", inputs)) {
        tally.count(text(case, "id"), found["allowed"] == case["allowed"], || format!("{case} found {found}"));
    }
    tally.none_but_known();
}
