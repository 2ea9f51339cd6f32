//! Sitemaps: every address with its date, in whatever form the file is.

use serde_json::{Value, json};
use url::Url;

use crate::{Tally, folder, inspect, suite, text};

#[test]
fn public_suite() {
    let Some(cases) = suite("sitemaps/manifest.json") else { return };
    let path = |case: &Value| folder().join("sitemaps").join(text(case, "file"));
    let inputs: Vec<Value> =
        cases.iter().map(|case| json!({ "path": path(case), "url": "http://www.example.com/sitemap.xml" })).collect();
    let mut tally = Tally::of("sitemaps", &[]);
    for (case, found) in cases.iter().zip(inspect("sitemap", &inputs)) {
        let pages = found["urls"].as_array().unwrap();
        let indexes = found["sitemaps"].as_array().unwrap();
        let has = |wanted: &Value| {
            let Ok(loc) = Url::parse(text(wanted, "loc")) else { return true };
            let page = pages.iter().find(|page| page["loc"] == loc.as_str());
            // What the page itself says of its date is in `lastmod`, or in the news extension.
            let dated = wanted["lastmod"].as_str().or(wanted["news_date"].as_str()).is_some();
            page.is_some_and(|page| !dated || page["lastmod"].is_string()) || indexes.contains(&loc.as_str().into())
        };
        let all = case["golden"]["locs"].as_array().is_none_or(|locs| locs.iter().all(has));
        tally.count(text(case, "id"), all && !pages.is_empty() | !indexes.is_empty(), || {
            format!("{case} found {found}")
        });
    }
    tally.none_but_known();
}
