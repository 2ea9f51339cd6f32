//! Dates: strings of feeds and pages of the whole world, against what other readers make of them.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use crate::{NOW, Tally, inspect, suite, text};

const LAYOUT: &str = "what is expected was made from a layout, not from the string";
const DAY_FIRST: &str = "the day comes first in this country, unless the hour has AM or PM";
const NO_ZONE: &str = "a time without a zone, or with one that is none, is Vietnam's";
const PIECES: &str = "ISO 8601 without a year or a month does not occur and would be read out of any number";
const RELATIVE: &str = "what was said relative to now is read, as now is given";

#[test]
fn public_suites() {
    let Some(cases) = suite("dates/cases.json") else { return };
    let inputs: Vec<Value> = cases.iter().map(|case| json!({ "text": case["input"], "now": NOW })).collect();
    let known = &[
        ("date-042", LAYOUT),
        ("date-068", LAYOUT),
        ("date-160", DAY_FIRST),
        ("date-161", DAY_FIRST),
        ("date-181", DAY_FIRST),
        ("date-185", LAYOUT),
        ("date-258", PIECES),
        ("date-261", PIECES),
        ("date-262", PIECES),
        ("date-266", "Korean words for morning and evening do not occur"),
        ("date-268", NO_ZONE),
        ("date-274", "the year 100 is no date of publication"),
        ("date-296", NO_ZONE),
        ("date-321", NO_ZONE),
        ("date-350", RELATIVE),
        ("date-351", RELATIVE),
    ];
    let mut tally = Tally::of("dates", known);
    for (case, found) in cases.iter().zip(inspect("date", &inputs)) {
        let at = found["date"].as_str().map(|date| date.parse().unwrap());
        tally.count(text(case, "id"), agrees(case, at), || format!("{case} found {found}"));
    }
    tally.none_but_known();
}

/// Suites say less than an instant (fields without a zone), and take a missing zone as UTC where this country's is
/// meant; both readings count.
fn agrees(case: &Value, found: Option<Timestamp>) -> bool {
    let expected = &case["expect"];
    if expected == "parses" {
        return found.is_some();
    }
    if let Some(text) = expected.get("rfc3339") {
        return text.as_str().map(|text| text.parse().unwrap()) == found;
    }
    if let Some(second) = expected.get("ts").and_then(Value::as_i64) {
        return Timestamp::from_second(second).ok() == found;
    }
    let utc = match expected.get("utc") {
        Some(Value::Array(utc)) => fields(utc),
        Some(_) => None,
        None => fields(&["year", "month", "day", "hour", "minute", "second"].map(|name| expected[name].clone())),
    };
    let (Some(utc), Some(found)) = (utc, found) else { return utc == found };
    let ahead = found.duration_since(utc);
    match expected["offset"].as_i64() {
        Some(offset) => ahead == SignedDuration::from_secs(-offset),
        // A zone by its name, an American one for example, moves the fields by up to half a day.
        None => ahead.abs() <= SignedDuration::from_hours(14) && ahead.as_secs() % 1800 == 0,
    }
}

fn fields(values: &[Value]) -> Option<Timestamp> {
    let field = |at: usize| i8::try_from(values.get(at)?.as_i64()?).ok();
    let year = i16::try_from(values.first()?.as_i64()?).ok()?;
    let date = civil::DateTime::new(year, field(1)?, field(2)?, field(3)?, field(4)?, field(5)?, 0).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
