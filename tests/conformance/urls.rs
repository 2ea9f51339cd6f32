//! Addresses: the resolver against the browsers' suite, the canonical form against that of a public crawler.

use serde_json::{Value, json};
use url::Url;

use crate::{Tally, inspect, suite, text};

const SLASHES: &str =
    "the url crate takes `///` for a host without a name; the suite's own list of that crate's misses has it";

#[test]
fn web_platform() {
    let Some(cases) = suite("wpt-url/urltestdata.json") else { return };
    let mut cases: Vec<Value> = cases.into_iter().filter(Value::is_object).collect();
    // Other schemes are never fetched; what happens to their spelling is of no consequence.
    cases.retain(|case| case["failure"] == true || text(case, "href").starts_with("http"));
    let inputs: Vec<Value> = cases.iter().map(|case| json!({ "url": case["input"], "base": case["base"] })).collect();
    let known = &[("url-0853", SLASHES), ("url-0854", SLASHES), ("url-0857", SLASHES), ("url-0858", SLASHES)];
    let mut tally = Tally::of("wpt-url", known);
    for (case, found) in cases.iter().zip(inspect("url", &inputs)) {
        let good = match case["failure"] == true {
            true => found.get("error").is_some(),
            // The canonical form goes further than the standard, so it is compared with that of the expected address.
            false => found["url"].as_str() == canonical(text(case, "href")).as_deref(),
        };
        tally.count(text(case, "id"), good, || format!("{case} found {found}"));
    }
    tally.none_but_known();
}

fn canonical(href: &str) -> Option<String> {
    let answer = inspect("url", &[json!({ "url": href })]).pop()?;
    Some(answer["url"].as_str()?.to_owned())
}

#[test]
fn crawler_commons() {
    let Some(cases) = suite("crawler-commons-url/cases.json") else { return };
    let inputs: Vec<Value> = cases.iter().map(|case| json!({ "url": case["input"], "base": case["base"] })).collect();
    let known = &[
        ("ccurl-067", "an address without a host is none"),
        ("ccurl-068", "an address without a host is none"),
        ("ccurl-091", "files of this machine are never fetched"),
        ("ccurl-103", "`b=` and `b` are kept as written: to some software they are two things"),
        ("ccurl-127", "the standard writes this address with hexadecimal digits"),
        ("ccurl-143", "RFC 3986 §6.2.2.1 writes %2f with a capital"),
    ];
    let mut tally = Tally::of("crawler-commons-url", known);
    for (case, found) in cases.iter().zip(inspect("url", &inputs)) {
        let good = match case["expect"].as_str() {
            Some(expected) => {
                found["url"] == expected || Url::parse(expected).is_ok_and(|url| found["url"] == url.as_str())
            }
            None => found.get("error").is_some(),
        };
        tally.count(text(case, "id"), good, || format!("{case} found {found}"));
    }
    tally.none_but_known();
}
