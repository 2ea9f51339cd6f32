//! Feeds: every entry that a widely used reader finds in 2,200 feeds, with title, link and date.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::{NOW, Tally, folder, inspect, suite, text};

const NO_SUCH_TIME: &str = "day 32, hour 25 or minute 61: that reader counts on, here it is no date";
const COLONS: &str = "a time without colons, which is read here and not there";
const GUESSED: &str = "an old encoding that nobody named: it is recognised here and not there";

const KNOWN: &[(&str, &str)] = &[
    ("data/tests/illformed/chardet/euckr.xml", GUESSED),
    ("data/tests/illformed/chardet/koi8r.xml", GUESSED),
    ("data/tests/illformed/chardet/shiftjis.xml", GUESSED),
    ("data/tests/wellformed/sanitize/entry_title_crazy.xml", "a script in pieces, of which other pieces stay there"),
    ("data/testcases/atom/3.3/updated-future.xml", "the year 2103 is refused"),
    ("data/testcases/atom/3.3/published_bad_day.xml", NO_SUCH_TIME),
    ("data/testcases/atom/3.3/published_bad_hours.xml", NO_SUCH_TIME),
    ("data/testcases/atom/3.3/published_bad_minutes.xml", NO_SUCH_TIME),
    ("data/testcases/atom/3.3/published_bad_seconds.xml", NO_SUCH_TIME),
    ("data/testcases/atom/must/entry_issued_bad_day.xml", NO_SUCH_TIME),
    ("data/testcases/atom/must/entry_issued_bad_day2.xml", NO_SUCH_TIME),
    ("data/testcases/atom/must/entry_issued_bad_hours.xml", NO_SUCH_TIME),
    ("data/testcases/atom/must/entry_issued_bad_minutes.xml", NO_SUCH_TIME),
    ("data/testcases/atom/must/entry_modified_bad_day2.xml", NO_SUCH_TIME),
    ("data/testcases/atom/3.3/published_no_colons.xml", COLONS),
    ("data/testcases/atom/must/entry_issued_no_colons.xml", COLONS),
];

#[test]
fn public_suites() {
    let mut tally = Tally::of("entries of feeds", KNOWN);
    for name in ["feedparser", "w3c-feedvalidator", "gofeed", "miniflux"] {
        let Some(cases) = suite(&format!("{name}/manifest.json")) else { return };
        let ask = |case: &Value| {
            let path = folder().join(name).join(text(case, "file"));
            json!({ "path": path, "url": address(case), "headers": case["headers"], "now": NOW })
        };
        let answers = inspect("feed", &cases.iter().map(ask).collect::<Vec<_>>());
        for (case, found) in cases.iter().zip(answers) {
            let wanted = case["golden"]["entries"].as_array().map_or(&[][..], Vec::as_slice);
            for (place, wanted) in wanted.iter().enumerate() {
                let wrong = compare(&found["entries"][place], wanted, address(case));
                tally.count(text(case, "file"), wrong.is_none(), || format!("{name} {}", wrong.unwrap_or_default()));
            }
        }
    }
    tally.at_least(990);
}

fn address(case: &Value) -> &str {
    case["headers"]["content-location"].as_str().unwrap_or("http://127.0.0.1:8097/")
}

/// What is wrong with an entry.
fn compare(found: &Value, wanted: &Value, url: &str) -> Option<String> {
    if found.is_null() {
        return Some("the entry is not found".to_owned());
    }
    let differs = |what: &str| Some(format!("{what}: {} instead of {}", found[what], wanted[what]));
    let title = text(wanted, "title");
    let titles =
        [title.to_owned(), resolve(title), resolve(&without_tags(title)), resolve(&without_tags(&resolve(title)))];
    if !title.is_empty() && !titles.iter().any(|title| bare(title) == bare(text(found, "title"))) {
        return differs("title");
    }
    let base = Url::parse("http://127.0.0.1:8097/").unwrap().join(url).unwrap();
    let link = wanted["link"].as_str().filter(|link| !link.is_empty()).and_then(|link| base.join(link).ok());
    // That reader takes any identifier for an address where there is no link; here it stays an identifier.
    let link = link.filter(|link| link.scheme().starts_with("http") && !(found["link"].is_null() && is_name(found)));
    if link.is_some_and(|link| found["link"] != link.as_str()) {
        return differs("link");
    }
    let at = wanted["published_ts"].as_i64().or(wanted["updated_ts"].as_i64());
    let published = found["published"].as_str().map(|at| at.parse::<Timestamp>().unwrap().as_second());
    // A time without a zone is Vietnam's here and UTC there.
    if at.is_some_and(|at| published != Some(at) && published != Some(at - 7 * 3600)) {
        return Some(format!("date: {} instead of {at:?}", found["published"]));
    }
    None
}

/// Whether the identifier of an entry is a name and not a place.
fn is_name(entry: &Value) -> bool {
    let id = text(entry, "id");
    !id.starts_with("http") && (!id.contains('/') || id.contains([':', ' ']))
}

fn bare(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn without_tags(title: &str) -> String {
    let mut inside = false;
    let visible = title.chars().filter(|letter| {
        let was_inside = inside;
        inside = *letter == '<' || (inside && *letter != '>');
        !inside && !was_inside
    });
    visible.collect()
}

/// The text with its character references resolved.
fn resolve(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('&').enumerate() {
        let known = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        match known {
            Some((character, rest)) if place > 0 => out.extend([character.to_string().as_str(), rest]),
            _ => out.push_str(part),
        }
    }
    out
}

fn character(name: &str) -> Option<char> {
    let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
    match number.or_else(|| Some(name.strip_prefix('#')?.parse())) {
        Some(number) => char::from_u32(number.ok()?),
        None => [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"')]
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, c)| *c),
    }
}
